import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct CopyTests {
    let connection: PostgresConnection

    init() async throws {
        connection = try await Server.connect()
        try await connection.run(timeout: patience) {
            try $0.executeScript("CREATE TEMP TABLE t (id int8 CHECK (id <> 50000), name text)")
        }
    }

    private struct Stop: Error {}

    private static let copy: SQL = "COPY t FROM STDIN (FORMAT binary)"

    @Test func `every type is copied, NULL too`() async throws {
        try await connection.run(timeout: patience) { connection in
            try connection.executeScript(
                "CREATE TEMP TABLE a (a int2, b int4, c int8, d bool, e float8, f timestamptz, g date, h uuid, i bytea, j text)"
            )
            let count = try connection.copyIn("COPY a FROM STDIN (FORMAT binary)") { writer in
                try writer.beginRow(columns: 10)
                try writer.write(Int16.min)
                try writer.write(Int32.max)
                try writer.write(Int64.min)
                try writer.write(true)
                try writer.write(0.1)
                try writer.write(Date(timeIntervalSince1970: 1_580_515_200.5))
                try writer.write(PostgresDate(daysSinceUnixEpoch: 18_321))
                try writer.write(try #require(UUID(uuidString: "8D5A3E2C-0000-4F00-8000-0123456789AB")))
                try writer.write([0, 255] as [UInt8])
                try writer.write("x")
                try writer.beginRow(columns: 10)
                for _ in 0..<10 { try writer.writeNull() }
            }
            #expect(count == 2)
            let rows = try connection.query(
                """
                SELECT (a, b, c, d, e, f, g, h, i, j) = ROW (
                    (-32768)::int2, 2147483647, -9223372036854775808, true, 0.1::float8, '2020-02-01T00:00:00.5Z'::timestamptz,
                    '2020-02-29'::date, '8d5a3e2c-0000-4f00-8000-0123456789ab'::uuid, '\\x00ff'::bytea, 'x'::text),
                    num_nulls(a, b, c, d, e, f, g, h, i, j)
                FROM a ORDER BY a NULLS LAST
                """)
            #expect(try rows.first?.decode(Bool?.self, Int.self) ?? (nil, -1) == (true, 0))
            #expect(try rows.last?.decode(Bool?.self, Int.self) ?? (nil, -1) == (nil, 10))
        }
    }

    @Test func `many rows of all lengths arrive unharmed`() async throws {
        var random = SeededGenerator(seed: 20)
        let lengths = (0..<3_000).map {
            $0 % 500 == 0 ? Int.random(in: 60_000...140_000, using: &random) : Int.random(in: 0...80, using: &random)
        }
        let rows = try await connection.run(timeout: patience) { connection in
            _ = try connection.copyIn(Self.copy) { writer in
                for (id, length) in lengths.enumerated() {
                    try writer.beginRow(columns: 2)
                    try writer.write(Int64(id))
                    try writer.write(String(repeating: "ä", count: length))
                }
            }
            return try connection.query("SELECT id, length(name), name = repeat('ä', length(name)) FROM t ORDER BY id")
        }
        #expect(rows.count == lengths.count)
        for (row, expected) in zip(rows, lengths.enumerated()) {
            let (id, length, isWhole) = try row.decode(Int.self, Int.self, Bool.self)
            guard (id, length, isWhole) == (expected.offset, expected.element, true) else {
                Issue.record("row \(expected.offset)")
                return
            }
        }
    }

    @Test(arguments: [0, 100, 100_000])
    func `a closure that throws copies nothing and leaves the connection usable`(rows: Int) async throws {
        try await connection.run(timeout: patience) { connection in
            #expect(throws: Stop.self) {
                try connection.copyIn(Self.copy) { writer in
                    for id in 0..<rows { try writer.row(-Int64(id)) }
                    throw Stop()
                }
            }
            try expect(connection.query("SELECT count(*) FROM t").first?.decode(Int.self), is: 0)
        }
    }

    @Test func `a row the server refuses fails the COPY with the server's error`() async throws {
        try await connection.run(timeout: patience) { connection in
            let error = #expect(throws: PostgresError.self) {
                try connection.copyIn(Self.copy) { writer in
                    for id in 0..<100_000 { try writer.row(Int64(id)) }
                }
            }
            #expect(error?.sqlState == "23514")
            try expect(connection.query("SELECT count(*) FROM t").first?.decode(Int.self), is: 0)
        }
    }

    @Test func `rows of a wrong shape are refused`() async throws {
        try await connection.run(timeout: patience) { connection in
            #expect(throws: PostgresError.self) {
                try connection.copyIn(Self.copy) { writer in
                    try writer.beginRow(columns: 2)
                    try writer.write(1 as Int64)
                }
            }
            #expect(throws: PostgresError.self) {
                try connection.copyIn(Self.copy) { writer in
                    try writer.beginRow(columns: 1)
                    try writer.write(1 as Int64)
                    try writer.writeNull()
                }
            }
            let error = #expect(throws: PostgresError.self) {
                try connection.copyIn(Self.copy) { writer in
                    try writer.beginRow(columns: 2)
                    try writer.write(1 as Int16)
                    try writer.writeNull()
                }
            }
            // The server calls it a violation of the protocol, but stays.
            #expect(error?.sqlState == "08P01")
            #expect(error?.isConnectionLost == false)
            #expect(error?.isTransient == false)
            #expect(throws: PostgresError.self) { try connection.copyIn("SELECT 1") { _ in } }
            try expect(connection.copyIn(Self.copy) { _ in }, is: 0)
        }
    }

    @Test func `another statement inside a COPY is refused`() async throws {
        try await connection.run(timeout: patience) { connection in
            let error = #expect(throws: PostgresError.self) {
                try connection.copyIn(Self.copy) { writer in
                    try writer.row(1)
                    try connection.execute("SELECT 1")
                }
            }
            guard case .misuse = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            try expect(connection.query("SELECT count(*) FROM t").first?.decode(Int.self), is: 0)
        }
    }
}

extension PostgresCopyWriter {
    mutating func row(_ id: Int64) throws {
        try beginRow(columns: 2)
        try write(id)
        try write("name of \(id)")
    }
}
