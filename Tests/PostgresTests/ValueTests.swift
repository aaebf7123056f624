import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Every value goes to the server and comes back, alone, in an array, and through COPY.
@Suite(.inTurn) struct ValueTests {
    private func roundTrip<T: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [T], as type: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let connection = try await Server.connect()
        let back = try await connection.run(timeout: patience) { connection in
            try values.map { value in
                try connection.query("SELECT \(value)::\(unsafe: type)").first?.decode(Optional<T>.self)
            }
        }
        #expect(back == values, sourceLocation: sourceLocation)
    }

    @Test func `integers keep their extremes`() async throws {
        try await roundTrip([Int16.min, -1, 0, 1, .max], as: "int2")
        try await roundTrip([Int32.min, -1, 0, 1, .max], as: "int4")
        try await roundTrip([Int64.min, -1, 0, 1, 1 << 32, .max], as: "int8")
        try await roundTrip([Int.min, .max], as: "int8")
        try await roundTrip([[Int64.min, 0, .max], []], as: "int8[]")
        try await roundTrip([[Int32.min, .max]], as: "int4[]")
        try await roundTrip([[Int16.min, .max]], as: "int2[]")
    }

    @Test func `random integers come back`() async throws {
        var random = SeededGenerator(seed: 7)
        let values = (0..<500).map { _ in Int64.random(in: .min ... .max, using: &random) }
        try await roundTrip([values], as: "int8[]")
    }

    @Test func `doubles come back bit by bit`() async throws {
        let values = [0, -0.0, 1 / 3, .pi, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        try await roundTrip(values, as: "float8")
        try await roundTrip([values], as: "float8[]")
    }

    @Test func `booleans, bytes and UUIDs come back`() async throws {
        try await roundTrip([true, false], as: "bool")
        try await roundTrip([[true, false]], as: "bool[]")
        try await roundTrip([[UInt8](0...255), []], as: "bytea")
        let uuid = try #require(UUID(uuidString: "8D5A3E2C-0000-4F00-8000-0123456789AB"))
        try await roundTrip([uuid], as: "uuid")
        try await roundTrip([[uuid, uuid]], as: "uuid[]")
    }

    static let texts = [
        "", " ", "it's", "\"quoted\"", #"back\slash \\ \N \n \t"#, #"\N"#, "tab\tnewline\nreturn\r", "emoji 🧪👩‍🔬",
        "Größe",
        "$1 %s {}, {\"a\"}", "NULL", "null", String(repeating: "long ", count: 100_000),
    ]

    @Test func `texts come back character by character`() async throws {
        try await roundTrip(Self.texts, as: "text")
        try await roundTrip([Self.texts], as: "text[]")
    }

    @Test func `texts come back from COPY`() async throws {
        let connection = try await Server.connect()
        let back = try await connection.run(timeout: patience) { connection in
            try connection.execute("CREATE TEMP TABLE t (id int, text text, bytes bytea)")
            let count = try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
                for (id, text) in Self.texts.enumerated() {
                    try writer.beginRow(columns: 3)
                    try writer.write(Int32(id))
                    try writer.write(text)
                    try writer.write(Array(text.utf8))
                }
            }
            #expect(count == Int64(Self.texts.count))
            return try connection.query("SELECT text FROM t WHERE bytes = convert_to(text, 'UTF8') ORDER BY id").map {
                try $0.decode(String.self)
            }
        }
        #expect(back == Self.texts)
    }

    @Test func `a NUL byte is refused before anything is sent`() async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            let nul = "a\0b"
            let sqls: [SQL] = [
                "SELECT \(1), \(nul)", "SELECT \([nul])", "SELECT \(unsafe: nul)", "SELECT \(identifier: nul)",
            ]
            for sql in sqls {
                let error = #expect(throws: PostgresError.self) { try connection.query(sql) }
                #expect(error?.description.contains("NUL byte") == true)
            }
            #expect(throws: PostgresError.self) { try connection.executeScript("SELECT 1 -- \0") }
            let error = #expect(throws: PostgresError.self) { try connection.query(sqls[0]) }
            #expect(error?.description.contains("$2") == true)
            try connection.execute("CREATE TEMP TABLE t (text text)")
            let copyError = #expect(throws: PostgresError.self) {
                try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
                    try writer.beginRow(columns: 1)
                    try writer.write(nul)
                }
            }
            #expect(copyError?.description.contains("NUL byte") == true)
            try expect(connection.query("SELECT count(*) FROM t").first?.decode(Int.self), is: 0)
        }
    }

    @Test func `text fits every type the server reads from text`() async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            try connection.executeScript("CREATE TYPE pg_temp.mood AS ENUM ('sad', 'it''s ok')")
            let row = try #require(
                try connection.query(
                    """
                    SELECT \("it's ok")::pg_temp.mood, ARRAY['sad', 'it''s ok']::pg_temp.mood[], \("12.50")::numeric::text, \("x")::name
                    """
                ).first)
            let (mood, moods, number, name) = try row.decode(String.self, [String].self, String.self, String.self)
            #expect(mood == "it's ok")
            #expect(moods == ["sad", "it's ok"])
            #expect(number == "12.50")
            #expect(name == "x")
        }
    }

    @Test func `times keep their microseconds`() async throws {
        let dates = [-62_135_596_800, -0.000_001, 0, 1_580_515_200.123_456, 4_102_444_800.999_999].map {
            Date(timeIntervalSince1970: $0)
        }
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            for date in dates {
                let row = try #require(
                    try connection.query(
                        "SELECT \(date), (extract(epoch FROM \(date)) * 1000000)::int8, ARRAY[\(date)]"
                    ).first)
                let (back, microseconds, array) = try row.decode(Date.self, Int64.self, [Date].self)
                #expect(abs(back.timeIntervalSince(date)) < 0.000_000_6)
                #expect(microseconds == Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
                #expect(array == [back])
            }
            #expect(throws: PostgresError.self) { try connection.query("SELECT \(Date.distantFuture + 1e15)") }
            #expect(throws: PostgresError.self) {
                try connection.query("SELECT 'infinity'::timestamptz").first?.decode(Date.self)
            }
            #expect(throws: PostgresError.self) { try connection.query("SELECT \(Date(timeIntervalSince1970: .nan))") }
        }
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("2000-01-01", 10_957), ("2020-02-29", 18_321), ("0001-01-01", -719_162),
        ("9999-12-31", 2_932_896),
    ])
    func `dates are days since 1970`(text: String, days: Int32) async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            let date = PostgresDate(daysSinceUnixEpoch: days)
            let row = try #require(try connection.query("SELECT \(date)::text, \(text)::date, ARRAY[\(date)]").first)
            let (written, read, array) = try row.decode(String.self, PostgresDate.self, [PostgresDate].self)
            #expect(written == text)
            #expect(read == date)
            #expect(array == [date])
            #expect(throws: PostgresError.self) {
                try connection.query("SELECT 'infinity'::date").first?.decode(PostgresDate.self)
            }
            #expect(throws: PostgresError.self) {
                try connection.query("SELECT '-infinity'::date").first?.decode(PostgresDate.self)
            }
        }
    }

    @Test func `NULL is nil, and an error where no optional is asked for`() async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            let row = try #require(
                try connection.query("SELECT \(nil as Int64?) AS number, \(nil as String?)::text AS text").first)
            #expect(try row.decode("number", as: Int64?.self) == nil)
            #expect(try row.decode("text", as: String?.self) == nil)
            let error = #expect(throws: PostgresError.self) { try row.decode("number", as: Int64.self) }
            #expect(error?.description == "cannot read column \"number\" of SQL type int8 as Int64: it is NULL")
        }
    }

    @Test func `a decoding error names column, SQL type and wanted type`() async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            let row = try #require(
                try connection.query("SELECT 1.5::numeric AS price, 1 AS a, 2 AS a, 1::int8 AS big").first)
            let price = #expect(throws: PostgresError.self) { try row.decode("price", as: String.self) }
            #expect("\(price, default: "")".contains("\"price\" of SQL type numeric as String"))
            let absent = #expect(throws: PostgresError.self) { try row.decode("cost", as: Int.self) }
            #expect("\(absent, default: "")".contains("no such column"))
            let ambiguous = #expect(throws: PostgresError.self) { try row.decode("a", as: Int.self) }
            #expect("\(ambiguous, default: "")".contains("several columns"))
            #expect(throws: PostgresError.self) { try row.decode("big", as: Int32.self) }
            #expect(throws: PostgresError.self) { try row.decode(Int.self, Int.self) }
        }
    }

    @Test func `narrow integers widen`() async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { connection in
            let row = try #require(try connection.query("SELECT 1::int2, 2::int4, 3::oid, 0.5::float4").first)
            let (a, b, c, d) = try row.decode(Int32.self, Int64.self, Int.self, Double.self)
            #expect((a, b, c) == (1, 2, 3))
            #expect(d == 0.5)
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
