import EphemeralPostgres
import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct ConnectTests {
    private func connect(
        _ conninfo: String, timeout: Duration = patience,
        prepare: (@Sendable (isolated PostgresConnection) throws -> Void)? = nil
    ) async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            PostgresConfiguration(
                conninfo: conninfo, applicationName: "tests", connectTimeout: timeout, prepare: prepare),
            logger: Server.silent)
    }

    @Test func `a URI connects`() async throws {
        let cluster = try await Server.shared()
        let connection = try await connect("postgresql://postgres@127.0.0.1:\(cluster.port)/postgres?sslmode=disable")
        let (pid, name) = try await connection.run(timeout: patience) {
            let row = try $0.query("SELECT pg_backend_pid(), current_setting('application_name')").first
            return try #require(try row?.decode(Int32.self, String.self))
        }
        #expect(pid == connection.backendPID)
        #expect(name == "tests")
    }

    @Test func `a wrong password is reported without the password, and not tried again`() async throws {
        try await EphemeralPostgres.withCluster(.init(listensOnTCP: true)) { guarded in
            let admin = try await Server.connect(to: guarded)
            try await admin.run(timeout: patience) { connection in
                try connection.executeScript("CREATE ROLE guarded LOGIN PASSWORD 'right'")
                try connection.executeScript(
                    """
                    CREATE TEMP TABLE hba (line text);
                    INSERT INTO hba VALUES ('local all postgres trust'), ('host all guarded 127.0.0.1/32 scram-sha-256');
                    """)
                try connection.execute(
                    "COPY hba TO \(unsafe: "'\(try connection.query("SHOW hba_file").first?.decode(String.self) ?? "")'")"
                )
                try connection.execute("SELECT pg_reload_conf()")
            }
            try await admin.wait(until: "SELECT count(*) = 2 FROM pg_hba_file_rules")
            let base = "host=127.0.0.1 port=\(guarded.port) user=guarded dbname=postgres"
            let deadline = ContinuousClock.now + patience
            var error: PostgresError?
            while error?.sqlState != "28P01", ContinuousClock.now < deadline {
                do {
                    _ = try await connect("\(base) password=hunter2")
                } catch let caught as PostgresError {
                    error = caught
                }
            }
            #expect(error?.isTransient == false)
            #expect("\(String(describing: error))".contains("guarded"))
            #expect(!"\(String(describing: error))".contains("hunter2"))
            let none = try await postgresError { try await connect("\(base) passfile=/dev/null") }
            #expect(!none.isTransient)
            _ = try await connect("\(base) password=right")
        }
    }

    @Test(arguments: [
        "host=localhost password=hunter2 hunter3", "postgresql://user:hunter2%zz@host/db",
        "postgresql://user:hunt@er2@host/db", "postgresql://user:hunter2/hunter3@host/db", "host=h password='hunter2",
        "postgresql://user:hunter2/db", "host=h hunter2=1", "dbname=x\0",
    ])
    func `an invalid connection string is refused without being quoted`(conninfo: String) async throws {
        let error = try await postgresError { try await connect(conninfo) }
        guard case .invalidConninfo = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!"\(error)".contains("hunt"))
        #expect(!"\(error)".contains("er2"))
    }

    @Test func `an unknown host is named, and may be tried again`() async throws {
        let error = try await postgresError { try await connect("host=no-such-host.invalid user=u password=hunter2") }
        #expect("\(error)".contains("no-such-host.invalid"))
        #expect(!"\(error)".contains("hunter2"))
        #expect(error.isTransient)
    }

    @Test func `an unknown database is not tried again`() async throws {
        let cluster = try await Server.shared()
        let error = try await postgresError { try await connect(cluster.conninfo(database: "no_such_database")) }
        #expect(error.sqlState == "3D000")
        #expect(!error.isTransient)
        #expect("\(error)".contains("database \"no_such_database\" does not exist"))
    }

    @Test func `a peer that never answers costs no more than the time-out`() async throws {
        let proxy = try FaultProxy(to: .tcp(host: "127.0.0.1", port: try await Server.shared().port))
        defer { proxy.close() }
        proxy.mode = .stall
        let error = try await postgresError {
            try await connect("host=127.0.0.1 port=\(proxy.port) user=postgres", timeout: .milliseconds(100))
        }
        guard case .deadlineExceeded(let activity) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(activity == "connecting")
    }

    @Test func `connecting can be cancelled, even while its thread is stuck`() async throws {
        let cluster = try await Server.shared()
        let isReleased = Shared(false)
        let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await connect(cluster.conninfo()) { _ in
                continuation.finish()
                while !isReleased.value {}
            }
        }
        for await _ in begun {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        isReleased.change { $0 = true }
    }

    @Test func `an error of the preparation fails the connecting`() async throws {
        let cluster = try await Server.shared()
        let error = try await postgresError { try await connect(cluster.conninfo()) { try $0.execute("SELECT 1/0") } }
        #expect(error.sqlState == "22012")
    }

    @Test func `a closed connection refuses work`() async throws {
        let connection = try await Server.connect()
        await connection.close()
        await connection.close()
        let error = try await postgresError {
            try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
        }
        #expect(error.isConnectionLost)
    }

    @Test func `a connection without references ends at the server`() async throws {
        let observer = try await Server.connect()
        let pid = try await Server.connect().backendPID
        try await observer.wait(until: "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = \(pid))")
    }
}
