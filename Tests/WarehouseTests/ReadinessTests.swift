import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ReadinessTests {
    private let now = date("2025-06-01T12:00:00Z")
    private let march = window("2025-03-01", "2025-03-31")

    @Test func `what was seen is read back, by organization, dataset and size`() async throws {
        let fixture = try await Fixture()
        for seconds in [3.5, 5, 100] {
            let submission = try await fixture.submit(march, at: now)
            try await fixture.warehouse.keepReadiness(
                Readiness(after: .seconds(seconds), polls: 2), of: submission)
        }
        _ = try await fixture.submit(march, at: now)
        let history = try await fixture.warehouse.readiness(of: fixture.organization)
        #expect(history.expected(Query(march)) == .seconds(5))
        #expect(history.expected(Query(march.narrowed(to: day("2025-03-01")..<day("2025-03-02")))) == nil)
        let stranger = OrganizationKey(rawValue: fixture.organization.rawValue + 1)
        #expect(try await fixture.warehouse.readiness(of: stranger).expected(Query(march)) == nil)
        #expect(try await fixture.warehouse.typicalExecutionTime(of: .organizationQuery) == .seconds(10))
        await fixture.close()
    }

    @Test func `the typical time is when answers were ready, not when there was time to read them`() async throws {
        let fixture = try await Fixture()
        let submission = try await fixture.submit(march, at: now)
        try await fixture.warehouse.keepReadiness(Readiness(after: .seconds(4), polls: 1), of: submission)
        _ = try await fixture.warehouse.store(
            spool([]), replacing: fixture.context(march, submission, at: now + 300))
        #expect(try await fixture.warehouse.typicalExecutionTime(of: .organizationQuery) == .seconds(4))
        await fixture.close()
    }

    @Test func `however many executions there are, only the newest are read`() async throws {
        let fixture = try await Fixture()
        let organization = fixture.organization.rawValue
        try await fixture.query(
            """
            INSERT INTO ingest.execution (
                organization_key, dataset, client_id, first_day, last_day, by_user, run_id, state, intended_at,
                ready_after, polls
            )
            SELECT \(organization) + number % 3,
                (CASE WHEN number % 10 = 0 THEN 'client_query' ELSE 'organization_query' END)::ingest.dataset, '',
                '2025-03-01', '2025-03-31', false,
                \(fixture.run.rawValue), 'complete', '2025-06-01', make_interval(secs => number), 1
            FROM generate_series(1, 30000) AS number
            """)
        try await fixture.query("ANALYZE ingest.execution")
        for dataset in Dataset.allCases {
            let plan = try await fixture.query(
                "EXPLAIN (ANALYZE, TIMING OFF) \(Warehouse.readinessQuery(of: dataset, fixture.organization))"
            ).map { try $0.decode(String.self) }.joined(separator: "\n")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
            // A common dataset may be found by walking back over all; a rare one must not be looked for like that.
            if ![.organizationQuery, .clientQuery].contains(dataset) {
                #expect(plan.contains("Index Scan Backward using execution_ready"), "\(plan)")
            }
        }
        let expected = try await fixture.warehouse.readiness(of: fixture.organization).expected(Query(march))
        #expect(try #require(expected) > .seconds(29_900))
        await fixture.close()
    }
}
