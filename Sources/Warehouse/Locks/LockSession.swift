package import Logging
import Postgres

/// How sessions are opened that hold locks for longer than a statement: outside the pool, each on a connection of its own.
package struct LockSession: Sendable {
    /// How long a statement on such a session may take that waits for nobody.
    static let answerLimit = Duration.seconds(4)

    let configuration: PostgresConfiguration
    let logger: Logger

    /// - Parameters:
    ///   - conninfo: any libpq connection string or URI.
    ///   - applicationName: as others see it who wait for the lock.
    ///   - logger: gets the coming and going of connections.
    package init(conninfo: String, applicationName: String, logger: Logger) {
        var configuration = PostgresConfiguration(conninfo: conninfo, applicationName: applicationName)
        // A process that checks every two seconds and waits four for the answer is quicker to stop than the server to
        // give its lock away: that takes the server nine seconds at least.
        configuration.connectTimeout = .seconds(4)
        configuration.settings = [
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "3"),
            ("tcp_keepalives_count", "2"),
            // An answer that was not acknowledged keeps the server from probing: then this ends the session.
            ("tcp_user_timeout", "9s"),
            // Who waits for a lock reads nothing, and would not notice that its client was killed.
            ("client_connection_check_interval", "2s"),
            // It idles by design.
            ("idle_session_timeout", "0"),
            // Whoever lets go of its place in the queue goes to its end.
            ("lock_timeout", "0"),
            ("statement_timeout", "0"),
            ("TimeZone", "UTC"),
            ("search_path", "pg_catalog, pg_temp"),
        ]
        self.configuration = configuration
        self.logger = logger
    }

    /// Opens a session, and makes sure that nobody else is given the same one.
    ///
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    func open() async throws -> (connection: PostgresConnection, identity: SessionIdentity) {
        let connection = try await connect()
        do {
            let identity = try await connection.run(timeout: Self.answerLimit) { connection in
                try SessionIdentity.own(on: connection)
            }
            // A server says at the start which process answers; a pooler, which has none yet, makes up a number.
            if identity.backend != connection.backendPID { try await requireOwn(connection, identity.backend) }
            return (connection, identity)
        } catch {
            await connection.close()
            throw error
        }
    }

    private func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(configuration, logger: logger)
    }

    /// Refuses a pooler that gives one session to two clients, or two to one: no lock may be asked for through it, for it
    /// would stay with a session that nobody can be told to leave.
    private func requireOwn(_ first: PostgresConnection, _ backend: Int32) async throws {
        let other: PostgresConnection
        do {
            other = try await connect()
        } catch let error as PostgresError {
            // A pooler in session mode that has no second session to give has kept the first.
            logger.debug("the pooler cannot be looked at", metadata: ["error": "\(error)"])
            return
        }
        do {
            // In turns of another length each time, lest they fall in step with a pooler that goes round its sessions.
            for turns in 1...4 {
                for _ in 1...turns where try await Self.backend(of: other) == backend {
                    throw WarehouseError.sessionNotKept
                }
                try Self.requireSame(backend, await Self.backend(of: first))
            }
            await other.close()
        } catch {
            await other.close()
            throw error
        }
    }

    private static func backend(of connection: PostgresConnection) async throws -> Int32 {
        try await connection.run(timeout: answerLimit) { connection in
            try connection.query("SELECT pg_backend_pid()").first?.decode(Int32.self) ?? 0
        }
    }

    /// A session that changes under the client's hands keeps no lock.
    ///
    /// - Throws: `WarehouseError.sessionNotKept`.
    static func requireSame(_ opened: Int32, _ answering: Int32) throws(WarehouseError) {
        guard opened == answering else { throw WarehouseError.sessionNotKept }
    }
}
