import EphemeralPostgres
import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct CancellationTests {
    let connection: PostgresConnection
    let observer: PostgresConnection

    init() async throws {
        connection = try await Server.connect()
        observer = try await Server.connect()
    }

    /// Cancels the task once the server runs its statement.
    private func cancel<R>(_ task: Task<R, any Error>, whenRunning text: String) async throws {
        try await observer.wait(
            until: """
                SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE pid = \(connection.backendPID) AND state = 'active' AND query LIKE \("%" + text + "%"))
                """)
        task.cancel()
    }

    private func expectUsable() async throws {
        let one = try await connection.run(timeout: patience) { try $0.query("SELECT 1").first?.decode(Int.self) }
        #expect(one == 1)
    }

    @Test func `a cancelled task ends its statement at the server, and the connection stays usable`() async throws {
        let task = Task { [connection] in
            try await connection.run(timeout: patience) { try $0.execute("SELECT pg_sleep(600)") }
        }
        try await cancel(task, whenRunning: "pg_sleep")
        await #expect(throws: CancellationError.self) { try await task.value }
        try await expectUsable()
    }

    @Test func `a cancelled transaction is rolled back`() async throws {
        try await connection.run(timeout: patience) { try $0.execute("CREATE TEMP TABLE t (id int)") }
        let task = Task { [connection] in
            try await connection.transaction(timeout: patience) { connection in
                try connection.execute("INSERT INTO t VALUES (1)")
                try connection.execute("SELECT pg_sleep(600)")
            }
        }
        try await cancel(task, whenRunning: "pg_sleep")
        await #expect(throws: CancellationError.self) { try await task.value }
        let count = try await connection.run(timeout: patience) {
            try $0.query("SELECT count(*) FROM t").first?.decode(Int.self)
        }
        #expect(count == 0)
    }

    @Test func `a cancelled COPY leaves nothing and the connection usable`() async throws {
        try await connection.run(timeout: patience) { try $0.execute("CREATE TEMP TABLE t (id int8, name text)") }
        let rows = Shared(0)
        let task = Task { [connection] in
            try await connection.run(timeout: patience) { connection in
                try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
                    while true {
                        try writer.row(1)
                        rows.change { $0 += 1 }
                    }
                }
            }
        }
        let deadline = ContinuousClock.now + patience
        while rows.value < 10_000, ContinuousClock.now < deadline { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let count = try await connection.run(timeout: patience) {
            try $0.query("SELECT count(*) FROM t").first?.decode(Int.self)
        }
        #expect(count == 0)
    }

    @Test func `cancellation during COMMIT does not stop it`() async throws {
        // The deferred trigger makes COMMIT wait for a lock which the observer holds.
        let suffix = connection.backendPID
        try await connection.run(timeout: patience) {
            try $0.executeScript(
                """
                CREATE TABLE slow_\(suffix) (id int);
                CREATE FUNCTION slow_\(suffix)() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_advisory_xact_lock(\(suffix)); RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow_\(suffix) DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION slow_\(suffix)();
                """)
        }
        try await observer.run(timeout: patience) { try $0.execute("SELECT pg_advisory_lock(\(suffix))") }
        let task = Task { [connection] in
            try await connection.transaction(timeout: patience) {
                try $0.execute("INSERT INTO \(unsafe: "slow_\(suffix)") VALUES (1)")
            }
        }
        try await cancel(task, whenRunning: "COMMIT")
        try await observer.run(timeout: patience) { try $0.execute("SELECT pg_advisory_unlock(\(suffix))") }
        #expect(try await task.value == 1)
        let count = try await observer.run(timeout: patience) { connection in
            let count = try connection.query("SELECT count(*) FROM \(unsafe: "slow_\(suffix)")").first?.decode(Int.self)
            try connection.executeScript("DROP TABLE slow_\(suffix); DROP FUNCTION slow_\(suffix)()")
            return count
        }
        #expect(count == 1)
    }

    @Test func `at the deadline the statement is cancelled and the connection stays usable`() async throws {
        // On a busy machine a short timeout may be over before the connection's thread has begun: then a longer one.
        var timeout = Duration.milliseconds(50)
        var reached: String?
        while reached != "SELECT pg_sleep(600)", timeout < patience {
            let error = try await postgresError {
                try await connection.run(timeout: timeout) { try $0.execute("SELECT pg_sleep(600)") }
            }
            guard case .deadlineExceeded(let activity) = error else {
                Issue.record("\(error)")
                return
            }
            reached = activity
            #expect(error.isTransient)
            #expect(!error.isConnectionLost)
            timeout *= 8
        }
        #expect(reached == "SELECT pg_sleep(600)")
        try await expectUsable()
    }

    @Test func `the deadline holds for all statements of a closure together`() async throws {
        let error = try await postgresError {
            try await connection.run(timeout: .milliseconds(100)) { connection in
                while true { try connection.execute("SELECT 1") }
            }
        }
        guard case .deadlineExceeded = error else {
            Issue.record("\(error)")
            return
        }
        try await expectUsable()
    }

    @Test func `waiting for the connection's turn ends at the deadline, and with cancellation`() async throws {
        let long = Task { [connection] in
            try await connection.run(timeout: patience) { try $0.execute("SELECT pg_sleep(600)") }
        }
        try await observer.wait(
            until:
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = \(connection.backendPID) AND query LIKE '%pg_sleep%')"
        )
        let error = try await postgresError { try await connection.run(timeout: .milliseconds(50)) { _ in 1 } }
        #expect("\(error)".contains("waiting for the connection"))
        let waiting = Task { [connection] in try await connection.run(timeout: patience) { _ in 1 } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        long.cancel()
        await #expect(throws: CancellationError.self) { try await long.value }
        try await expectUsable()
    }

    @Test func `a task cancelled beforehand sends nothing`() async throws {
        let task = Task { [connection] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        try await expectUsable()
    }

    @Test func `over a half-open link the deadline still ends the wait`() async throws {
        let (proxy, connection) = try await connectThroughProxy()
        defer { proxy.close() }
        proxy.mode = .stall
        let start = ContinuousClock.now
        let error = try await postgresError {
            try await connection.transaction(timeout: .milliseconds(100)) { try $0.execute("SELECT 1") }
        }
        // The system itself would notice after a quarter of an hour.
        #expect(ContinuousClock.now - start < .seconds(120))
        guard case .deadlineExceeded = error else {
            Issue.record("\(error)")
            return
        }
        let next = try await postgresError {
            try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
        }
        #expect(next.isConnectionLost)
    }

    @Test func `over a half-open link cancellation still ends the wait`() async throws {
        let (proxy, connection) = try await connectThroughProxy()
        defer { proxy.close() }
        let task = Task { try await connection.run(timeout: .seconds(600)) { try $0.execute("SELECT pg_sleep(600)") } }
        try await observer.wait(
            until:
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = \(connection.backendPID) AND query LIKE '%pg_sleep%')"
        )
        proxy.mode = .stall
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `a COPY into a half-open link ends at the deadline`() async throws {
        let (proxy, connection) = try await connectThroughProxy()
        defer { proxy.close() }
        try await connection.run(timeout: patience) { try $0.execute("CREATE TEMP TABLE t (id int8, name text)") }
        proxy.mode = .stall
        let error = try await postgresError {
            try await connection.run(timeout: .milliseconds(200)) { connection in
                try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
                    while true { try writer.row(1) }
                }
            }
        }
        guard case .deadlineExceeded = error else {
            Issue.record("\(error)")
            return
        }
    }

    private func connectThroughProxy() async throws -> (FaultProxy, PostgresConnection) {
        let proxy = try FaultProxy(to: .tcp(host: "127.0.0.1", port: try await Server.shared().port))
        var configuration = try await Server.configuration()
        configuration.conninfo = "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres"
        // Nothing will answer: what is given up here need not be waited for long.
        configuration.grace = .milliseconds(100)
        return (proxy, try await PostgresConnection.connect(configuration, logger: Server.silent))
    }
}
