import EphemeralPostgres
import Postgres
import TestSupport
import Testing

/// Links that swallow what is sent into them.
@Suite(.inTurn) struct BlackHoleTests {
    private func withProxy(_ body: (FaultProxy, PostgresConfiguration) async throws -> Void) async throws {
        let proxy = try FaultProxy(to: .tcp(host: "127.0.0.1", port: try await Server.shared().port))
        defer { proxy.close() }
        let configuration = PostgresConfiguration(
            conninfo: proxy.conninfo(database: "postgres"), applicationName: "tests", connectTimeout: patience,
            grace: .milliseconds(100))
        try await body(proxy, configuration)
    }

    @Test func `an attempt to connect that is swallowed does not keep a later one from getting through`() async throws {
        try await withProxy { proxy, configuration in
            // Only the first connection stands still, and it does so for ever.
            proxy.mode = .hold(MessageHold(.message, "client_encoding"))
            let connection = try await PostgresConnection.connect(configuration, logger: Server.silent)
            #expect(proxy.isHolding)
            #expect(try await connection.run(timeout: patience) { try $0.execute("SELECT 1") } == 1)
            await connection.close()
        }
    }

    @Test func `a swallowed COMMIT that nobody waits for any more is given up after the grace`() async throws {
        try await withProxy { proxy, configuration in
            let connection = try await PostgresConnection.connect(configuration, logger: Server.silent)
            proxy.mode = .hold(MessageHold(.message, "COMMIT"))
            let task = Task {
                try await connection.transaction(timeout: .seconds(3_600)) { try $0.execute("SELECT 1") }
            }
            try await eventually("COMMIT was sent") { proxy.isHolding }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            let error = try await postgresError {
                try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
            }
            #expect(error.isConnectionLost)
        }
    }
}
