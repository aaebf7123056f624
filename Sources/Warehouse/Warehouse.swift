package import Logging
package import Postgres

/// The database, and every statement the loader runs on it. It is the only memory: whoever opens a warehouse knows
/// all that any earlier process knew.
package struct Warehouse: Sendable {
    package let pool: PostgresPool
    /// How sessions are opened that hold locks for long.
    package let lockSession: LockSession
    /// How many answers may be stored at once, so that the small statements of all others find a connection.
    let storing: Permits
    let logger: Logger

    /// - Parameters:
    ///   - conninfo: any libpq connection string or URI.
    ///   - connections: how many connections are lent at once.
    ///   - connectTimeout: how long opening one of them may take.
    ///   - lockName: the name under which sessions that hold a source are listed by the server, so that an operator
    ///     sees who works on it.
    ///   - logger: gets notices of the server and the coming and going of connections.
    package init(
        conninfo: String,
        connections: Int = 4,
        connectTimeout: Duration = .seconds(10),
        lockName: String = "usaged lock",
        logger: Logger
    ) {
        var configuration = PostgresConfiguration(
            conninfo: conninfo, applicationName: "usaged", connectTimeout: connectTimeout)
        configuration.settings = [
            // Waits behind other sessions' locks end here and are tried again; nothing waits for ever.
            ("lock_timeout", "15s"),
            ("idle_in_transaction_session_timeout", "60s"),
            // A cut network is noticed by the server in about 11 seconds, so that its locks are free again.
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "3"),
            ("tcp_keepalives_count", "2"),
            ("TimeZone", "UTC"),
            ("search_path", "pg_catalog, pg_temp"),
        ]
        pool = PostgresPool(configuration, size: connections, logger: logger)
        lockSession = LockSession(conninfo: conninfo, applicationName: lockName, logger: logger)
        storing = Permits(count: max(1, connections - 3))
        self.logger = logger
    }

    /// Closes every connection.
    package func close() async {
        await pool.close()
    }
}
