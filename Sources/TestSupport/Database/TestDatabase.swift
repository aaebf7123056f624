package import EphemeralPostgres
package import Logging
package import Postgres
import Synchronization

/// The database that a test with the trait `.database` or `.emptyDatabase` has for itself.
package final class TestDatabase: Sendable {
    /// What a new database holds.
    package enum Content: Sendable {
        /// The schema of the folder `migrations/`.
        case migrated
        case empty
    }

    package let name: String
    /// Shared by all tests: do not stop it.
    package let cluster: EphemeralPostgres
    private let pools = Mutex<[PostgresPool]>([])

    @TaskLocal static var bound: TestDatabase?

    init(name: String, cluster: EphemeralPostgres) {
        self.name = name
        self.cluster = cluster
    }

    /// The database of the test that runs.
    ///
    /// - Throws: ``NoTestDatabase`` where the trait is missing.
    package static var current: TestDatabase {
        get throws {
            guard let bound else { throw NoTestDatabase() }
            return bound
        }
    }

    /// A libpq connection string, as superuser.
    package var conninfo: String { cluster.conninfo(database: name) }

    package var configuration: PostgresConfiguration {
        PostgresConfiguration(
            conninfo: conninfo, applicationName: "test", connectTimeout: .seconds(120), settings: [("TimeZone", "UTC")])
    }

    /// A pool that is closed at the end of the test.
    package func pool(size: Int = 2, logger: Logger = .silent) -> PostgresPool {
        let pool = PostgresPool(configuration, size: size, logger: logger)
        pools.withLock { $0.append(pool) }
        return pool
    }

    /// A connection, which goes with its last reference.
    package func connect(logger: Logger = .silent) async throws -> PostgresConnection {
        try await PostgresConnection.connect(configuration, logger: logger)
    }

    /// A proxy in front of the server, for broken links; see ``FaultProxy/conninfo(database:user:)``.
    package func faultProxy(
        mode: FaultProxy.Mode = .forward, onCut: (@Sendable () -> Void)? = nil
    ) throws -> FaultProxy {
        try FaultProxy(to: .unixSocket(cluster.socketPath), mode: mode, onCut: onCut)
    }

    func close() async {
        for pool in pools.withLock({ $0 }) { await pool.close() }
    }
}

/// A test asked for its database, but neither it nor its suite has the trait.
package struct NoTestDatabase: Error, CustomStringConvertible {
    package var description: String { "no database here: give the test or its suite the trait .database" }
}

extension Logger {
    /// A logger that drops everything.
    package static var silent: Logger { Logger(label: "silent", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
