import EphemeralPostgres
import FoundationEssentials
import Logging
import Migrations
import Postgres

/// The soak's database: made, migrated, and asked in the end.
struct SoakWarehouse: Sendable {
    let configuration: PostgresConfiguration
    let conninfo: String
    private let pool: PostgresPool

    static func create(in cluster: EphemeralPostgres) async throws -> SoakWarehouse {
        let logger = Logger(label: "usage-soak", factory: { _ in SwiftLogNoOpLogHandler() })
        let administration = try await PostgresConnection.connect(
            PostgresConfiguration(conninfo: cluster.conninfo(), applicationName: "usage-soak"), logger: logger)
        try await administration.run(timeout: .seconds(30)) { connection in
            _ = try connection.execute("CREATE DATABASE usage")
        }
        await administration.close()
        let conninfo = cluster.conninfo(database: "usage")
        let configuration = PostgresConfiguration(conninfo: conninfo, applicationName: "usage-soak")
        let migrator = Migrator(source: try MigrationSource.embedded(), logger: logger)
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        try await migrator.applyRoles(on: connection)
        await connection.close()
        try await migrator.apply(to: configuration)
        return SoakWarehouse(
            configuration: configuration, conninfo: conninfo,
            pool: PostgresPool(configuration, size: 2, logger: logger))
    }

    /// The first column of a query, as texts; the analyst's clock shows `now`.
    func texts(_ sql: SQL, at now: Date? = nil) async throws -> [String] {
        try await pool.withConnection(timeout: .seconds(600)) { connection in
            if let now {
                _ = try connection.query("SELECT set_config('usaged.now', \(now)::timestamptz::text, false)")
            }
            return try connection.query(sql).map { try $0.decode(String.self) }
        }
    }
}
