package import Logging
import Postgres

/// How sessions are opened that hold locks for longer than a statement: outside the pool, each on a connection of its own.
package struct LockSession: Sendable {
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
            ("statement_timeout", "0"),
            ("TimeZone", "UTC"),
            ("search_path", "pg_catalog, pg_temp"),
        ]
        self.configuration = configuration
        self.logger = logger
    }

    func open() async throws -> PostgresConnection {
        try await PostgresConnection.connect(configuration, logger: logger)
    }
}
