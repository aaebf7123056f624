import FoundationEssentials
import InMemoryLogging
import Logging
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The plans of questions that are asked of ledgers which grow for years.
@Suite(.database) struct LedgerPlanTests {
    @Test func `what is asked before and beside each window is answered from an index`() async throws {
        let fixture = try await Fixture()
        try await fill(fixture)
        let capture = LogCapture()
        let explaining =
            "options='-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 "
            + "-c auto_explain.log_level=notice'"
        let warehouse = Warehouse(
            conninfo: "\(fixture.conninfo) \(explaining)", connections: 1, logger: capture.logger)
        let organization = fixture.organization
        let first = day("2024-06-01")
        #expect(try await warehouse.expectedRows(of: first, organization: organization) == nil)
        #expect(
            try await warehouse.totalsByClientName(of: .organizationQuery, day: first, organization: organization)
                == nil)
        #expect(try await warehouse.typicalExecutionTime(of: .simplesearch) == .seconds(10))
        #expect(
            try await warehouse.coverage(of: .clientQuery, clientID: "c-7", organization: organization).count == 366)
        #expect(try await warehouse.channelMonthsToCheck(of: organization, timeZone: "UTC") == [])
        #expect(try await warehouse.hasLimits(of: organization, on: first) == false)
        let plans = capture.entries.compactMap { $0.metadata["postgres.message"]?.description }
            .filter { $0.contains("plan:") }
        #expect(plans.count >= 6)
        for plan in plans { #expect(!plan.contains(#/Seq Scan on (coverage|execution)/#), "\(plan)") }
        await warehouse.close()
        await fixture.close()
    }

    private func fill(_ fixture: Fixture) async throws {
        let organization = fixture.organization.rawValue
        try await fixture.query(
            """
            INSERT INTO ingest.coverage (
                organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
            )
            SELECT \(organization), dataset, 'c-' || client, date '2024-03-10' + day, 'covered', 1, 1, now(), 1
            FROM generate_series(0, 365) AS day, generate_series(0, 99) AS client,
                unnest(ARRAY['client_query', 'client_jobs']::ingest.dataset[]) AS dataset
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.execution (
                organization_key, dataset, client_id, first_day, last_day, by_user, run_id, state, intended_at, ended_at
            )
            SELECT \(organization), 'client_query', 'c-1', '2024-03-10', '2024-03-10', false, 1, 'complete', now(), now()
            FROM generate_series(1, 50000)
            """)
        try await fixture.query("ANALYZE ingest.coverage, ingest.execution")
    }
}
