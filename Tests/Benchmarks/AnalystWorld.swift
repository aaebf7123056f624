import EphemeralPostgres
import Logging
import Migrations
import Postgres

/// The database that is asked, as of the morning of 2026-01-01.
struct AnalystWorld: Sendable {
    /// What a question cost, warm.
    struct Cost: Sendable {
        let milliseconds: Double
        let rows: Int
        /// How many partitions were read, of which table, in the order of the tables' names.
        let partitions: [(read: Int, table: String)]
    }

    /// How long it took to make.
    let age: Duration
    private let connection: PostgresConnection

    private static let logger = Logger(label: "analyst-benchmark", factory: { _ in SwiftLogNoOpLogHandler() })

    static func existing(_ conninfo: String) async throws -> AnalystWorld {
        try await AnalystWorld(began: .now, connection: connect(conninfo))
    }

    static func generate(
        in cluster: EphemeralPostgres, months: Int, clients: Int, endpoints: Int
    ) async throws -> AnalystWorld {
        let began = ContinuousClock.now
        let conninfo = cluster.conninfo()
        let connection = try await connect(conninfo)
        let migrator = Migrator(source: try .embedded(), logger: logger)
        try await migrator.applyRoles(on: connection)
        try await connection.run(timeout: .seconds(30)) { connection in
            _ = try connection.execute("ALTER DATABASE postgres OWNER TO usage_owner")
        }
        try await migrator.apply(to: PostgresConfiguration(conninfo: conninfo, applicationName: "analyst-benchmark"))
        try await connection.run(timeout: .seconds(3600)) { connection in
            try connection.executeScript(
                """
                SET benchmark.months = \(months);
                SET benchmark.clients = \(clients);
                SET benchmark.endpoints = \(endpoints);
                """)
            try connection.executeScript(String(decoding: PackageResources.analyst_world_sql, as: UTF8.self))
            try connection.execute("VACUUM (ANALYZE)")
        }
        return AnalystWorld(began: began, connection: connection)
    }

    private init(began: ContinuousClock.Instant, connection: PostgresConnection) {
        age = ContinuousClock.now - began
        self.connection = connection
    }

    /// Connects with the settings that migrations/roles.sql advises for analysts.
    private static func connect(_ conninfo: String) async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            PostgresConfiguration(
                conninfo: conninfo, applicationName: "analyst-benchmark",
                settings: [("TimeZone", "UTC"), ("jit", "off"), ("usaged.now", "2026-01-01 06:00Z")]),
            logger: logger)
    }

    /// How many facts there are.
    var facts: Int64 {
        get async throws {
            try await connection.run(timeout: .seconds(600)) { connection in
                try connection.query("SELECT coalesce(sum(rows), 0)::bigint FROM ingest.client_day")
                    .first?.decode(Int64.self) ?? 0
            }
        }
    }

    /// Asks once for the caches, then five times for the clock, then once for the plan.
    func measure(_ question: Question) async throws -> Cost {
        try await connection.run(timeout: .seconds(3600)) { connection in
            let sql = SQL(unsafe: question.sql)
            let rows = try connection.query(sql).count
            let times = try (0..<5).map { _ in
                let began = ContinuousClock.now
                _ = try connection.query(sql)
                return ContinuousClock.now - began
            }.sorted()
            let plan = try connection.query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) \(sql)")
                .map { try $0.decode(String.self) }
            return Cost(milliseconds: times[2] / .milliseconds(1), rows: rows, partitions: Self.partitions(of: plan))
        }
    }

    private static func partitions(of plan: [String]) -> [(Int, String)] {
        var partitions: Set<String> = []
        for line in plan where !line.contains("never executed") {
            guard let name = line.firstMatch(of: #/ on (\w+_\d{4,6})\b/#) else { continue }
            partitions.insert(String(name.1))
        }
        let tables = Dictionary(grouping: partitions) { $0.replacing(/_\d+$/, with: "") }
        return tables.sorted { $0.key < $1.key }.map { ($0.value.count, $0.key) }
    }
}
