/// Where and how to connect.
package struct PostgresConfiguration: Sendable {
    /// Any libpq connection string or URI, with everything that libpq adds to it: `PG…` environment variables,
    /// password and service files, TLS, several hosts. Its `connect_timeout` has no effect, ``connectTimeout`` has.
    package var conninfo: String
    /// How the server lists the connection, unless the conninfo or `PGAPPNAME` says otherwise.
    package var applicationName: String
    /// How long connecting may take in all: names, TLS, authentication, ``settings`` and ``prepare``.
    package var connectTimeout: Duration
    /// How long a cancelled statement, the ROLLBACK after an error, or COMMIT after a cancellation may take before the
    /// connection is given up.
    package var grace: Duration
    /// Session settings made on each new connection, such as `("TimeZone", "UTC")` or `("lock_timeout", "5s")`.
    package var settings: [(String, String)]
    /// Runs once on each new connection before anything else, for example to create temporary tables.
    package var prepare: (@Sendable (isolated PostgresConnection) throws -> Void)?

    package init(
        conninfo: String,
        applicationName: String,
        connectTimeout: Duration = .seconds(10),
        grace: Duration = .seconds(1),
        settings: [(String, String)] = [],
        prepare: (@Sendable (isolated PostgresConnection) throws -> Void)? = nil
    ) {
        self.conninfo = conninfo
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.grace = grace
        self.settings = settings
        self.prepare = prepare
    }
}
