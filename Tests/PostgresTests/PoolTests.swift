import EphemeralPostgres
import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct PoolTests {
    private func pool(size: Int) async throws -> PostgresPool {
        PostgresPool(try await Server.configuration(), size: size, logger: Server.silent)
    }

    private struct Stop: Error {}

    @Test func `200 tasks share 4 connections, and never two tasks one`() async throws {
        let pool = try await pool(size: 4)
        let inUse = Shared<[Int32: Int]>([:])
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await pool.withConnection(timeout: patience) { connection in
                        let others = inUse.change { inUse in
                            defer { inUse[connection.backendPID, default: 0] += 1 }
                            return inUse[connection.backendPID, default: 0]
                        }
                        #expect(others == 0)
                        defer { inUse.change { $0[connection.backendPID, default: 0] -= 1 } }
                        let row = try #require(try connection.query("SELECT \(number), pg_backend_pid()").first)
                        let (answer, pid) = try row.decode(Int.self, Int32.self)
                        #expect(answer == number)
                        #expect(pid == connection.backendPID)
                        return answer
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 199 * 200 / 2)
        #expect(inUse.value.count <= 4)
        await pool.close()
    }

    @Test func `a connection is used again, also after an error`() async throws {
        let pool = try await pool(size: 2)
        var pids: Set<Int32> = []
        for _ in 0..<5 {
            pids.insert(try await pool.withConnection(timeout: patience) { $0.backendPID })
            await #expect(throws: Stop.self) { try await pool.withTransaction(timeout: patience) { _ in throw Stop() } }
            await #expect(throws: PostgresError.self) {
                try await pool.withConnection(timeout: patience) { try $0.execute("SELECT 1/0") }
            }
        }
        #expect(pids.count == 1)
        await pool.close()
    }

    @Test func `waiting for a connection ends at the deadline, with cancellation, and when the pool closes`()
        async throws
    {
        let pool = try await pool(size: 1)
        try await withLease(of: pool) {
            let late = try await postgresError { try await pool.withConnection(timeout: .milliseconds(50)) { _ in } }
            #expect("\(late)".contains("waiting for a connection of the pool"))
            let cancelled = Task { try await pool.withConnection(timeout: patience) { _ in } }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
        }
        // Those who gave up waiting have taken nothing with them.
        try await pool.withConnection(timeout: patience) { try $0.execute("SELECT 1") }
        await pool.close()
        let closed = try await postgresError { try await pool.withConnection(timeout: patience) { _ in } }
        guard case .poolClosed = closed else {
            Issue.record("\(closed)")
            return
        }
    }

    @Test func `closing refuses those who wait, lets the others finish, and closes every connection`() async throws {
        let pool = try await pool(size: 1)
        let observer = try await Server.connect()
        let pid = try await pool.withConnection(timeout: patience) { $0.backendPID }
        let refused: Task<Void, any Error>
        let closing: Task<Void, Never>
        (refused, closing) = try await withLease(of: pool) {
            let refused = Task { try await pool.withConnection(timeout: patience) { _ in } }
            let closing = Task { await pool.close() }
            await #expect(throws: PostgresError.self) { try await refused.value }
            return (refused, closing)
        }
        await closing.value
        _ = refused
        try await observer.wait(until: "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = \(pid))")
    }

    @Test func `a connection that broke while idle is replaced unnoticed`() async throws {
        let pool = try await pool(size: 1)
        let observer = try await Server.connect()
        let pid = try await pool.withConnection(timeout: patience) { $0.backendPID }
        try await observer.run(timeout: patience) { try $0.execute("SELECT pg_terminate_backend(\(pid))") }
        // A backend leaves the server's list before it closes its socket; only the end of its process says that it has.
        try await eventually("the backend has ended") { access("/proc/\(pid)", F_OK) != 0 }
        let next = try await pool.withTransaction(timeout: patience) {
            try $0.query("SELECT pg_backend_pid()").first?.decode(Int32.self)
        }
        #expect(next != nil && next != pid)
        await pool.close()
    }

    @Test func `a connection that broke in use, or was left in a transaction, is not lent again`() async throws {
        let pool = try await pool(size: 1)
        let first = try await pool.withConnection(timeout: patience) { connection in
            try connection.execute("BEGIN")
            return connection.backendPID
        }
        let second = try await pool.withConnection(timeout: patience) { connection in
            try expect(
                connection.query("SELECT pg_current_xact_id_if_assigned() IS NULL").first?.decode(Bool.self), is: true)
            #expect(throws: PostgresError.self) {
                try connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
            return connection.backendPID
        }
        let third = try await pool.withConnection(timeout: patience) { $0.backendPID }
        #expect(Set([first, second, third]).count == 3)
        await pool.close()
    }

    @Test func `a pool survives its server`() async throws {
        try await EphemeralPostgres.withCluster { cluster in
            let pool = PostgresPool(try await Server.configuration(of: cluster), size: 2, logger: Server.silent)
            try await pool.withConnection(timeout: patience) { try $0.execute("SELECT 1") }
            try await cluster.stop(.immediate)
            let error = try await postgresError {
                try await pool.withConnection(timeout: patience) { try $0.execute("SELECT 1") }
            }
            #expect(error.isTransient)
            try await cluster.startAgain()
            try await pool.withConnection(timeout: patience) { try $0.execute("SELECT 1") }
            await pool.close()
        }
    }

    /// Runs the body while the only connection of the pool is lent.
    @Test func `sessions that may not write are given up together, and new ones are as the server is now`() async throws
    {
        // As after a failover: what is open stays with the server, or the setting, that it began with.
        let table = "written_\(UInt32.random(in: 0 ... .max))"
        let isReadOnly = Shared(true)
        let pool = PostgresPool(
            try await Server.configuration(prepare: { connection in
                if isReadOnly.value { try connection.execute("SET default_transaction_read_only = on") }
            }), size: 3, logger: Server.silent)
        // Three idle sessions.
        let arrived = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await pool.withConnection(timeout: patience) { connection in
                        arrived.change { $0 += 1 }
                        while arrived.value < 3 { try connection.execute("SELECT") }
                    }
                }
            }
            try await group.waitForAll()
        }
        isReadOnly.change { $0 = false }
        let create: SQL = "CREATE TABLE \(identifier: table) ()"
        let error = try await postgresError {
            try await pool.withConnection(timeout: patience) { try $0.execute(create) }
        }
        #expect(error.sqlState == "25006")
        #expect(error.isTransient)
        // The very next attempt finds a session that may.
        _ = try await pool.withConnection(timeout: patience) { try $0.execute(create) }
        _ = try await pool.withConnection(timeout: patience) { try $0.execute("DROP TABLE \(identifier: table)") }
        await pool.close()
    }

    private func withLease<R>(of pool: PostgresPool, _ body: () async throws -> R) async throws -> R {
        let isDone = Shared(false)
        let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.withConnection(timeout: patience) { connection in
                    continuation.finish()
                    while !isDone.value { try connection.execute("SELECT pg_sleep(0.001)") }
                }
            }
            for await _ in begun {}
            defer { isDone.change { $0 = true } }
            return try await body()
        }
    }
}
