import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct TransactionTests {
    let connection: PostgresConnection

    init() async throws {
        connection = try await Server.connect()
        try await connection.run(timeout: patience) {
            try $0.executeScript("CREATE TEMP TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
        }
    }

    private struct Stop: Error {}

    private func count() async throws -> Int? {
        try await connection.run(timeout: patience) { try $0.query("SELECT count(*) FROM t").first?.decode(Int.self) }
    }

    @Test func `a closure that returns commits`() async throws {
        let count = try await connection.transaction(timeout: patience) {
            try $0.execute("INSERT INTO t VALUES (1), (2)")
        }
        #expect(count == 2)
        #expect(try await self.count() == 2)
    }

    @Test func `a closure that throws rolls back`() async throws {
        await #expect(throws: Stop.self) {
            try await connection.transaction(timeout: patience) { connection in
                try connection.execute("INSERT INTO t VALUES (1)")
                throw Stop()
            }
        }
        #expect(try await count() == 0)
    }

    @Test func `the closure's error wins over that of a ROLLBACK which fails`() async throws {
        await #expect(throws: Stop.self) {
            try await connection.transaction(timeout: patience) { connection in
                #expect(throws: PostgresError.self) {
                    try connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                }
                throw Stop()
            }
        }
    }

    @Test func `a swallowed error does not look like a commit`() async throws {
        let error = try await postgresError {
            try await connection.transaction(timeout: patience) { connection in
                try connection.execute("INSERT INTO t VALUES (1)")
                _ = try? connection.execute("SELECT 1/0")
            }
        }
        guard case .transactionAborted = error else {
            Issue.record("\(error)")
            return
        }
        #expect(try await count() == 0)
    }

    @Test func `what COMMIT refuses is rolled back and reported`() async throws {
        let error = try await postgresError {
            try await connection.transaction(timeout: patience) { try $0.execute("INSERT INTO t VALUES (1), (1)") }
        }
        #expect(error.sqlState == "23505")
        #expect(try await count() == 0)
    }

    @Test func `a closure must not end its transaction, nor begin another`() async throws {
        let ended = try await postgresError {
            try await connection.transaction(timeout: patience) { try $0.execute("COMMIT") }
        }
        #expect("\(ended)".contains("ended inside"))
        let nested = try await postgresError {
            try await connection.transaction(timeout: patience) { connection in try connection.transaction {} }
        }
        #expect("\(nested)".contains("open already"))
        #expect(try await count() == 0)
    }

    @Test func `several transactions fit into one closure`() async throws {
        try await connection.run(timeout: patience) { connection in
            for id in 1...3 {
                try connection.transaction { try connection.execute("INSERT INTO t VALUES (\(id)::int)") }
            }
        }
        #expect(try await count() == 3)
    }
}
