import Postgres
import TestSupport
import Testing

/// Conflicts between transactions, made for real.
@Suite(.inTurn) struct TransientErrorTests {
    let one: PostgresConnection
    let two: PostgresConnection
    let table: String

    init() async throws {
        one = try await Server.connect()
        two = try await Server.connect()
        table = "conflict_\(one.backendPID)"
        let table = table
        try await one.run(timeout: patience) {
            try $0.executeScript(
                "CREATE TABLE \(table) (id int PRIMARY KEY, n int); INSERT INTO \(table) VALUES (1, 0), (2, 0)")
        }
    }

    private func update(_ id: Int32) -> SQL { "UPDATE \(identifier: table) SET n = n + 1 WHERE id = \(id)" }

    private func waitUntilBlocked(_ connection: PostgresConnection) async throws {
        try await Server.connect().wait(until: "SELECT cardinality(pg_blocking_pids(\(connection.backendPID))) > 0")
    }

    @Test func `a deadlock is transient`() async throws {
        let (first, second) = (update(1), update(2))
        let holding = Shared(0)
        let tasks = [(one, first, second), (two, second, first)].map { connection, mine, other in
            Task {
                try await connection.transaction(timeout: patience) { connection in
                    try connection.execute(mine)
                    holding.change { $0 += 1 }
                    while holding.value < 2 { try connection.execute("SELECT") }
                    try connection.execute(other)
                }
            }
        }
        var errors: [PostgresError] = []
        for task in tasks {
            do { _ = try await task.value } catch let error as PostgresError { errors.append(error) }
        }
        let error = try #require(errors.first)
        #expect(errors.count == 1)
        #expect(error.sqlState == "40P01")
        #expect(error.isTransient)
        #expect(!error.isConnectionLost)
    }

    @Test func `a serialization failure is transient`() async throws {
        let first = update(1)
        try await one.run(timeout: patience) { connection in
            try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            _ = try connection.query("SELECT 1")
        }
        try await two.run(timeout: patience) { try $0.execute(first) }
        try await one.run(timeout: patience) { connection in
            try connection.execute("ROLLBACK")
            try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            try connection.execute("SELECT count(*) FROM pg_class")
        }
        try await two.run(timeout: patience) { try $0.execute(first) }
        let error = try await postgresError { try await one.run(timeout: patience) { try $0.execute(first) } }
        #expect(error.sqlState == "40001")
        #expect(error.isTransient)
    }

    @Test func `a lock that does not come in time is transient`() async throws {
        let first = update(1)
        try await one.run(timeout: patience) { connection in
            try connection.execute("BEGIN")
            try connection.execute(first)
        }
        let error = try await postgresError {
            try await two.run(timeout: patience) { connection in
                try connection.execute("SET lock_timeout = '10ms'")
                try connection.execute(first)
            }
        }
        #expect(error.sqlState == "55P03")
        #expect(error.isTransient)
    }

    @Test(arguments: ["SELECT 1/0", "SELEC", "SELECT * FROM no_such_table"])
    func `a wrong statement stays wrong`(text: String) async throws {
        let error = try await postgresError { try await one.run(timeout: patience) { try $0.executeScript(text) } }
        #expect(!error.isTransient)
        #expect(!error.isConnectionLost)
    }
}
