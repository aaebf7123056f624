import EphemeralPostgres
import Logging
import Migrations
import Operations
import Postgres
import UsageDomain
import Warehouse

/// The demo's database: made, migrated, and asked the analyst's questions.
struct DemoWarehouse {
    static let database = "usage"

    let warehouse: Warehouse
    private let logger: Logger

    static func create(in cluster: EphemeralPostgres) async throws -> DemoWarehouse {
        var logger = Logger(label: "usage-demo")
        logger.logLevel = .error
        let administration = try await PostgresConnection.connect(
            PostgresConfiguration(conninfo: cluster.conninfo(), applicationName: "usage-demo"), logger: logger)
        try await administration.run(timeout: .seconds(30)) { connection in
            _ = try connection.execute("CREATE DATABASE \(identifier: database)")
        }
        await administration.close()

        let configuration = PostgresConfiguration(
            conninfo: cluster.conninfo(database: database), applicationName: "usage-demo")
        let migrator = Migrator(source: try MigrationSource.embedded(), logger: logger)
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        try await migrator.applyRoles(on: connection)
        await connection.close()
        try await migrator.apply(to: configuration)
        return DemoWarehouse(
            warehouse: Warehouse(conninfo: cluster.conninfo(database: database), logger: logger), logger: logger)
    }

    func close() async {
        await warehouse.close()
    }

    func printAnswers(restated day: Day) async throws {
        print("\n5. What the analyst's views answer")
        for question in Question.all(restated: day) {
            print("\n-- \(question.title)\n\(question.sql);\n")
            print(try await answer(to: question))
        }
    }

    private func answer(to question: Question) async throws -> TextTable {
        // Every column as text, so that one loop prints the answer to any question.
        let cells = question.columns.map { "coalesce(\($0)::text, '')" }.joined(separator: ", ")
        let statement = SQL(unsafe: "SELECT ARRAY[\(cells)] FROM (\(question.sql)) AS answer")
        let lines = try await warehouse.pool.withConnection { connection in
            try connection.query(statement).map { try $0.decode([String].self) }
        }
        var table = TextTable(question.columns)
        for line in lines { table.add(line) }
        return table
    }
}
