import EphemeralPostgres
import Logging
import Migrations
import Postgres

/// The private PostgreSQL cluster that all tests of a process share; it goes with the process.
package actor TestCluster {
    package static let shared = TestCluster()

    private var starting: Task<Started, any Error>?
    private var nextDatabase = 0

    private struct Started {
        let cluster: EphemeralPostgres
        let administration: PostgresPool
        /// The clause that gives a database to the role that migrates, where there is one.
        let ownerClause: SQL
        let template: String
    }

    /// Lends a database of its own, which is dropped afterwards.
    func withDatabase<R>(_ content: TestDatabase.Content, _ body: (TestDatabase) async throws -> R) async throws -> R {
        let started = try await started()
        nextDatabase += 1
        let name = "test_\(nextDatabase)"
        let template = content == .migrated ? started.template : "template1"
        _ = try await started.administration.withConnection(timeout: .seconds(600)) { connection in
            try connection.execute(
                "CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template)\(started.ownerClause)")
        }
        let database = TestDatabase(name: name, cluster: started.cluster)
        do {
            let result = try await body(database)
            await drop(database, started)
            return result
        } catch {
            await drop(database, started)
            throw error
        }
    }

    /// What is left behind here goes with the cluster, so a failure is none of the test's.
    private func drop(_ database: TestDatabase, _ started: Started) async {
        await database.close()
        _ = try? await started.administration.withConnection(timeout: .seconds(600)) { connection in
            try connection.execute("DROP DATABASE IF EXISTS \(identifier: database.name) WITH (FORCE)")
        }
    }

    private func started() async throws -> Started {
        if let starting { return try await starting.value }
        // A task of its own: the cluster must not end with the test that happens to ask for it first.
        let task = Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    /// A new database is some hundred new files, which memory makes three times as fast as a disk.
    private static var options: EphemeralPostgres.Options {
        var options = EphemeralPostgres.Options()
        if MemoryFolder.isRoomy { options.parentDirectory = MemoryFolder.path }
        options.settings = [
            // Nothing but the tests themselves takes locks and changes plans.
            "autovacuum": "off",
            "max_wal_senders": "0",
            "max_wal_size": "256MB",
            "wal_level": "minimal",
        ]
        return options
    }

    private static func start() async throws -> Started {
        let cluster = try await EphemeralPostgres.start(options)
        let logger = Logger(label: "test-cluster", factory: { _ in SwiftLogNoOpLogHandler() })
        func configuration(_ database: String) -> PostgresConfiguration {
            PostgresConfiguration(
                conninfo: cluster.conninfo(database: database), applicationName: "tests", connectTimeout: .seconds(120))
        }
        let administration = PostgresPool(configuration("postgres"), size: 2, logger: logger)
        let source = try MigrationSource.directory(Repository.migrations)
        let migrator = Migrator(source: source, logger: logger)
        if source.roles != nil {
            let connection = try await PostgresConnection.connect(configuration("postgres"), logger: logger)
            try await migrator.applyRoles(on: connection)
            await connection.close()
        }
        let template = "template_migrated"
        let ownerClause: SQL = try await administration.withConnection(timeout: .seconds(600)) { connection in
            let owner = try connection.query("SELECT 1 FROM pg_roles WHERE rolname = 'usage_owner'")
            let clause: SQL = owner.isEmpty ? "" : " OWNER usage_owner"
            try connection.execute("CREATE DATABASE \(identifier: template)\(clause)")
            return clause
        }
        if !source.files.isEmpty {
            try await migrator.apply(to: configuration(template))
        }
        return Started(
            cluster: cluster, administration: administration, ownerClause: ownerClause, template: template)
    }
}
