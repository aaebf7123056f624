import EphemeralPostgres
import Logging
import Migrations
import Postgres

/// The private PostgreSQL cluster that all tests of a process share; it goes with the process.
package actor TestCluster {
    package static let shared = TestCluster()

    private var starting: Task<Started, any Error>?
    private var nextDatabase = 0
    // Tests run all at once; the server has a limited number of connections, and the machine of processors.
    private var freePlaces = 8
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private struct Started {
        let cluster: EphemeralPostgres
        let administration: PostgresPool
        /// The clause that gives a database to the role that migrates, where there is one.
        let ownerClause: SQL
        let template: String
    }

    /// Lends a database of its own, which is dropped afterwards.
    func withDatabase<R>(_ content: TestDatabase.Content, _ body: (TestDatabase) async throws -> R) async throws -> R {
        await takePlace()
        defer { freePlace() }
        let started = try await started()
        nextDatabase += 1
        let name = "test_\(nextDatabase)"
        let template = content == .migrated ? started.template : "template1"
        _ = try await started.administration.withConnection { connection in
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
        _ = try? await started.administration.withConnection { connection in
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

    private static func start() async throws -> Started {
        let cluster = try await EphemeralPostgres.start()
        let logger = Logger(label: "test-cluster", factory: { _ in SwiftLogNoOpLogHandler() })
        func configuration(_ database: String) -> PostgresConfiguration {
            PostgresConfiguration(conninfo: cluster.conninfo(database: database), applicationName: "tests")
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
        let ownerClause: SQL = try await administration.withConnection(timeout: .seconds(60)) { connection in
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

    private func takePlace() async {
        if freePlaces > 0 {
            freePlaces -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func freePlace() {
        if waiting.isEmpty {
            freePlaces += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
