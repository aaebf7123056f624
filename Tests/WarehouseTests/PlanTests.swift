import FoundationEssentials
import InMemoryLogging
import Logging
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The plans of the statements that replace a window, as the server reports them while it runs them.
@Suite(.database) struct PlanTests {
    /// Rows that the target holds when it is analysed; all of organization 1 in 2025.
    enum Target: Int, CaseIterable {
        case empty = 0
        case small = 2_000
        case large = 1_022_000
    }

    @Test(arguments: Target.allCases)
    func `no nested loop, and no partition but the window's`(target: Target) async throws {
        let fixture = try await Fixture()
        try await fill(target, fixture)
        var plans: [String] = []
        // By arrays and by COPY; few rows that are new, then many that partly differ from what is stored.
        let start = window("2025-06-01", "2025-06-03")
        for (window, step) in [(start, 3), (window("2025-06-01", "2025-06-08"), 1), (start, 1), (start, 2)] {
            let answer = try spool(
                window.days.flatMap { day in
                    stride(from: 0, to: 2800, by: step).map { number in
                        row(day, "c-\(number % 100)", "api/v2/\(number / 100)", requests: Int64(number % 7))
                    }
                })
            let context = fixture.context(window, try await fixture.submit(window))
            plans += try await self.plans { connection in
                var replacement = WindowReplacement(answer: answer, context: context)
                _ = try replacement.run(on: connection)
            }
        }
        // Three windows through the diff, the first of an empty target without it.
        #expect(plans.count { $0.contains("ingest.usage_row") } >= 10)
        for plan in plans {
            let tree = plan.split(separator: "\n").filter { $0.contains("(cost=") }.joined(separator: "\n")
            #expect(!tree.contains("Nested Loop"), "\(plan)")
            let partitions = Set(tree.matches(of: /(?:usage_row|client_day|endpoint_day)_(\d+)/).map(\.1))
            #expect(partitions.isSubset(of: ["202506", "2025"]), "\(plan)")
        }
        // The facts that are new are summed for both rollups; when some have vanished, emptied lines are looked for.
        for rollup in ["client_day", "endpoint_day"] {
            #expect(plans.count { $0.contains("Insert on \(rollup) ") } >= 10)
            #expect(plans.contains { $0.contains("Delete on \(rollup)_2025 ") })
        }
        await fixture.close()
    }

    @Test func `a client's window reads that client's rows only`() async throws {
        let fixture = try await Fixture()
        try await fill(.large, fixture)
        let june = Window(dataset: .organizationQuery, clientID: "c-7", days: Month(year: 2025, month: 6).days)
        let answer = try spool(
            june.days.flatMap { day in (0..<28).map { row(day, "c-7", "api/v2/\($0)", requests: Int64($0)) } })
        let context = fixture.context(june, try await fixture.submit(june))
        let plans = try await plans { connection in
            var replacement = WindowReplacement(answer: answer, context: context)
            _ = try replacement.run(on: connection)
        }.filter { $0.contains("ingest.usage_row") }
        #expect(plans.count >= 4)
        for plan in plans {
            #expect(plan.contains(#/Index Cond:.*usage_date = ANY.*client_key = /#), "\(plan)")
            #expect(!plan.contains("Seq Scan on usage_row_202506"), "\(plan)")
        }
        await fixture.close()
    }

    @Test func `the canonical view reads the organization's month only`() async throws {
        let fixture = try await Fixture()
        try await fill(.small, fixture)
        let plan = try await fixture.query(
            """
            EXPLAIN SELECT client_name, sum(requests) FROM usage.api_usage
            WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-06-01' AND '2025-06-30' GROUP BY client_name
            """
        ).map { try $0.decode(String.self) }
        #expect(Set(plan.joined().matches(of: /usage_row_(\d{6})/).map(\.1)) == ["202506"])
        await fixture.close()
    }

    @Test func `a dimension that a question does not use is not read`() async throws {
        let fixture = try await Fixture()
        try await fill(.small, fixture)
        let plan = try await fixture.query(
            "EXPLAIN SELECT template_uri, sum(requests) FROM usage.api_usage GROUP BY template_uri"
        ).map { try $0.decode(String.self) }.joined()
        #expect(plan.contains("endpoint"))
        for unused in ["oauth_client", "usage_user", "calling_organization", "claim", "source"] {
            #expect(!plan.contains(" on \(unused)"), "\(plan)")
        }
        await fixture.close()
    }

    /// Plans of the statements of a transaction that read or write facts.
    private func plans(
        of body: @escaping @Sendable (isolated PostgresConnection) throws -> Void
    ) async throws -> [String] {
        let capture = LogCapture()
        let connection = try await TestDatabase.current.connect(logger: capture.logger)
        try await connection.run(timeout: .seconds(120)) { connection in
            try connection.executeScript(
                """
                LOAD 'auto_explain';
                SET auto_explain.log_min_duration = 0;
                SET auto_explain.log_level = notice;
                """)
        }
        try await connection.transaction(timeout: .seconds(120), body)
        await connection.close()
        return capture.entries.compactMap { $0.metadata["postgres.message"]?.description }
            .filter { $0.contains("plan:") && $0.contains(#/usage_row|client_day|endpoint_day/#) }
    }

    private func fill(_ target: Target, _ fixture: Fixture) async throws {
        let organization = fixture.organization.rawValue
        try await fixture.administration.withTransaction(timeout: .seconds(120)) { connection in
            try connection.execute(
                """
                SELECT ingest.ensure_partition((date '2025-01-01' + make_interval(months => month))::date)
                FROM generate_series(-1, 12) AS month
                """)
            try connection.execute(
                """
                INSERT INTO ingest.oauth_client (organization_key, client_id, first_seen_at, last_changed_at)
                SELECT \(organization), 'c-' || number, now(), now() FROM generate_series(0, 99) AS number
                """)
            try connection.execute(
                """
                INSERT INTO ingest.endpoint (template_uri, http_method, platform)
                SELECT 'api/v2/' || number, 'GET', '' FROM generate_series(0, 27) AS number
                """)
            try connection.execute("INSERT INTO ingest.usage_user (user_id) VALUES ('')")
            try connection.execute("INSERT INTO ingest.calling_organization (calling_organization_id) VALUES ('')")
            try connection.execute(
                """
                INSERT INTO ingest.usage_row
                SELECT endpoint_key % 7, 0, 0, 0, 0, 0, now(), now(), \(organization), 'organization_query',
                    date '2025-01-01' + day, client_key, endpoint_key, user_key, calling_organization_key
                FROM generate_series(0, 364) AS day
                CROSS JOIN ingest.oauth_client CROSS JOIN ingest.endpoint
                CROSS JOIN ingest.usage_user CROSS JOIN ingest.calling_organization
                LIMIT \(Int64(target.rawValue))
                """)
            try connection.execute("ANALYZE ingest.usage_row")
        }
    }
}
