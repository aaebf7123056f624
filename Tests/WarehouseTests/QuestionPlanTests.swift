import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What the views of questions read, as the server reports it: the partitions of the period that was asked for.
@Suite(.database) struct QuestionPlanTests {
    /// A question about June 2025, or the days in it, and the partitions that it may read.
    struct Question: CustomTestStringConvertible {
        let view: String
        var period = "month = '2025-06-01'"
        let partitions: Set<Substring>

        var testDescription: String { view }
    }

    private static let days = "usage_date BETWEEN '2025-06-10' AND '2025-06-20'"
    static let questions = [
        Question(view: "usage_by_month", partitions: ["client_day_2025"]),
        Question(view: "client_by_month", partitions: ["client_day_2025"]),
        Question(view: "endpoint_by_month", partitions: ["endpoint_day_2025"]),
        Question(view: "client_endpoint_by_month", partitions: ["usage_row_202506"]),
        Question(view: "usage_by_day", period: days, partitions: ["client_day_2025"]),
        Question(view: "client_by_day", period: days, partitions: ["client_day_2025"]),
        Question(view: "own_footprint", period: days, partitions: ["client_day_2025"]),
        Question(view: "restatement_by_month", partitions: ["restatement_202506"]),
        Question(view: "coverage_calendar", partitions: []),
        Question(view: "channel_by_month", partitions: []),
    ]

    @Test func `a question for one organization and a period reads the partitions of that period alone`() async throws {
        let fixture = try await Fixture()
        try await fill(fixture)
        for question in Self.questions {
            let plan = try await plan(
                of: "SELECT * FROM usage.\(question.view) WHERE organization_id = 'o-1' AND \(question.period)", fixture
            )
            #expect(read(by: plan) == question.partitions, "\(question.view)\n\(plan.joined(separator: "\n"))")
        }
        await fixture.close()
    }

    @Test func `every column that tells a month or an organization keeps the others from being read`() async throws {
        let fixture = try await Fixture()
        try await fill(fixture)
        for view in ["usage_by_month", "client_by_month", "endpoint_by_month", "client_endpoint_by_month"] {
            let present = try await plan(
                of: "SELECT * FROM usage.\(view) WHERE organization_name = 'Acme' AND is_current AND requests > 1",
                fixture)
            #expect(
                read(by: present).isSubset(of: ["client_day_2025", "endpoint_day_2025", "usage_row_202512"]),
                "\(view)\n\(present.joined(separator: "\n"))")
            for column in ["organization_id", "organization_name"] {
                let nobody = try await plan(of: "SELECT * FROM usage.\(view) WHERE \(column) = 'nobody'", fixture)
                #expect(read(by: nobody) == [], "\(view)\n\(nobody.joined(separator: "\n"))")
            }
        }
        await fixture.close()
    }

    /// Partitions that were read; not those that were only asked for their first and last day.
    private func read(by plan: [String]) -> Set<Substring> {
        Set(
            plan.filter { !$0.contains("never executed") }.compactMap { line in
                guard
                    let match = line.firstMatch(
                        of: /\ on ((?:usage_row|restatement|client_day|endpoint_day)_\d+) (\w+)/),
                    !match.2.hasPrefix("ends")
                else { return nil }
                return match.1
            })
    }

    private func plan(of statement: String, _ fixture: Fixture) async throws -> [String] {
        try await fixture.administration.withTransaction(timeout: .seconds(120)) { connection in
            try connection.execute("SET LOCAL usaged.now = '2025-12-31T06:00:00Z'")
            return try connection.query(
                SQL(unsafe: "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) \(statement)")
            ).map { try $0.decode(String.self) }
        }
    }

    /// Two years of facts, all of them covered, a restatement each day, and the sums.
    private func fill(_ fixture: Fixture) async throws {
        let organization = fixture.organization.rawValue
        try await fixture.administration.withTransaction(timeout: .seconds(120)) { connection in
            try connection.execute(
                """
                SELECT ingest.ensure_partition((date '2024-01-01' + make_interval(months => month))::date)
                FROM generate_series(0, 23) AS month
                """)
            try connection.execute(
                """
                INSERT INTO ingest.oauth_client (organization_key, client_id, first_seen_at, last_changed_at)
                SELECT \(organization), 'c-' || number, now(), now() FROM generate_series(1, 3) AS number
                """)
            try connection.execute("UPDATE ingest.source SET client_id = 'c-1'")
            try connection.execute(
                """
                INSERT INTO ingest.endpoint (template_uri, http_method, platform)
                SELECT 'api/v2/' || number, 'GET', '' FROM generate_series(1, 2) AS number
                """)
            try connection.execute(
                """
                INSERT INTO ingest.usage_row
                SELECT 7, 6, 0, 1, 1, 0, now(), now(), \(organization), 'organization_query', day::date, client_key,
                    endpoint_key, 1, 1
                FROM generate_series(timestamp '2024-01-01', timestamp '2025-12-30', interval '1 day') AS day
                CROSS JOIN ingest.oauth_client CROSS JOIN ingest.endpoint
                """)
            try connection.execute("SELECT ingest.rebuild_rollups('2024-01-01', '2025-12-31')")
            try connection.execute(
                """
                INSERT INTO ingest.restatement (
                    changed_at, run_id, new_requests, organization_key, dataset, usage_date, client_key, endpoint_key,
                    user_key, calling_organization_key
                )
                SELECT now(), \(fixture.run.rawValue), 7, \(organization), 'organization_query', day::date, 1, 1, 1, 1
                FROM generate_series(timestamp '2024-01-01', timestamp '2025-12-30', interval '1 day') AS day
                """)
            try connection.execute(
                """
                INSERT INTO ingest.coverage (
                    organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
                )
                SELECT \(organization), 'organization_query', '', day::date, 'covered', 20, 1, now(),
                    \(fixture.run.rawValue)
                FROM generate_series(timestamp '2024-01-01', timestamp '2025-12-30', interval '1 day') AS day
                """)
            try connection.execute(
                "ANALYZE ingest.usage_row, ingest.restatement, ingest.client_day, ingest.endpoint_day")
            try connection.execute("ANALYZE ingest.coverage, ingest.oauth_client, ingest.endpoint")
        }
    }
}
