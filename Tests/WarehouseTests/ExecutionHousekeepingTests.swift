import FoundationEssentials
import InMemoryLogging
import Logging
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ExecutionHousekeepingTests {
    private let now = date("2025-06-01T12:00:00Z")

    private func recorder(_ fixture: Fixture, at now: Date) -> ExecutionRecorder {
        fixture.warehouse.recorder(organization: fixture.organization, run: fixture.run, byUser: false, now: { now })
    }

    private func states(_ fixture: Fixture) async throws -> [String] {
        try await fixture.value("SELECT array_agg(state ORDER BY submission_id) FROM ingest.execution")
    }

    @Test func `intents and old executions are given up, and nothing else`() async throws {
        let fixture = try await Fixture()
        let query = Query(window("2025-03-01", "2025-03-31"), part: "p")
        let old = recorder(fixture, at: now - 6 * 3_600)
        let young = recorder(fixture, at: now - 6 * 3_600 + 1)
        try await old.accepted(old.intend(query), ExecutionID(rawValue: "old"))
        try await young.accepted(young.intend(query), ExecutionID(rawValue: "young"))
        _ = try await young.intend(query)
        let other = Query(Window(dataset: .clientQuery, clientID: "c-1", days: query.window.days))
        _ = try await young.intend(other)
        try await young.ended(young.intend(query), .rejected)
        let stranger = OrganizationKey(rawValue: fixture.organization.rawValue + 1)
        func abandon(_ datasets: [Dataset], _ organization: OrganizationKey) async throws -> Set<Query> {
            try await fixture.warehouse.abandonExecutions(of: datasets, organization: organization, now: now)
        }
        #expect(try await abandon([.organizationQuery, .clientQuery], stranger) == [])
        #expect(try await abandon([.simplesearch], fixture.organization) == [])
        #expect(try await states(fixture) == ["open", "open", "intended", "intended", "rejected"])
        #expect(try await abandon([.organizationQuery], fixture.organization) == [query])
        #expect(try await states(fixture) == ["abandoned", "open", "abandoned", "intended", "rejected"])
        #expect(try await abandon([.organizationQuery, .clientQuery], fixture.organization) == [other])
        #expect(try await abandon([.organizationQuery, .clientQuery], fixture.organization) == [])
        #expect(
            try await fixture.value("SELECT count(*) FROM ingest.execution WHERE ended_at = \(now)::timestamptz")
                == Int64(3))
        // The younger one is still worth polling.
        #expect(try await recorder(fixture, at: now).open(query)?.execution == ExecutionID(rawValue: "young"))
        await fixture.close()
    }

    @Test func `old submissions are forgotten, but not what coverage or learning needs`() async throws {
        let fixture = try await Fixture()
        let old = now - 61 * 86_400
        // What coverage refers to, and what it referred to once.
        try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-31"), at: old)
        try await fixture.store([row(day("2025-04-01"))], window("2025-04-01", "2025-04-30"), at: old)
        try await fixture.store([row(day("2025-04-01"))], window("2025-04-01", "2025-04-30"), at: old + 1)
        // The newest thousand complete ones begin behind those.
        try await fill(fixture, "complete", Warehouse.rememberedCompletions, at: old)
        try await fill(fixture, "abandoned", 7, at: old)
        try await fill(fixture, "lost", 5, at: now - 59 * 86_400)
        let open = try await fixture.submit(window("2025-05-01", "2025-05-31"), at: old)
        #expect(try await fixture.warehouse.forgetOldSubmissions(now: now) == 8)
        #expect(try await fixture.warehouse.forgetOldSubmissions(now: now) == 0)
        #expect(
            try await fixture.value("SELECT count(*) FROM ingest.execution WHERE state = 'complete'")
                == Int64(Warehouse.rememberedCompletions + 2))
        #expect(try await fixture.value("SELECT count(*) FROM ingest.execution WHERE state = 'lost'") == Int64(5))
        #expect(
            try await fixture.value("SELECT max(submission_id) FROM ingest.execution WHERE state = 'open'")
                == open.rawValue)
        #expect(
            try await fixture.value(
                """
                SELECT count(*) FROM ingest.coverage AS stored
                WHERE NOT EXISTS (SELECT FROM ingest.execution WHERE submission_id = stored.submission_id)
                """) == Int64(0))
        await fixture.close()
    }

    @Test func `the first run of a UTC day is one, whatever ran before`() async throws {
        let fixture = try await Fixture()
        func run(_ began: String) async throws -> Bool {
            let run = try await fixture.warehouse.beginRun(.scheduled, version: "test", now: date(began))
            return try await fixture.warehouse.isFirstOfItsDay(run)
        }
        #expect(try await fixture.warehouse.isFirstOfItsDay(fixture.run))
        #expect(try await run("2025-06-01T23:59:59Z") == false)
        #expect(try await run("2025-06-02T00:00:00Z"))
        #expect(try await run("2025-06-02T00:00:01Z") == false)
        #expect(try await run("2025-06-09T00:00:00Z"))
        await fixture.close()
    }

    @Test func `housekeeping reads little of a ledger of many years`() async throws {
        let fixture = try await Fixture()
        try await fill(fixture, "complete", 60_000, at: now - 30 * 86_400)
        try await fixture.query("ANALYZE ingest.coverage, ingest.execution")
        let capture = LogCapture()
        let explaining =
            "options='-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 "
            + "-c auto_explain.log_level=notice'"
        let warehouse = Warehouse(
            conninfo: "\(fixture.conninfo) \(explaining)", connections: 1, logger: capture.logger)
        #expect(
            try await warehouse.abandonExecutions(
                of: [.organizationQuery], organization: fixture.organization, now: now) == [])
        _ = try await warehouse.isFirstOfItsDay(fixture.run)
        let plans = capture.entries.compactMap { $0.metadata["postgres.message"]?.description }
            .filter { $0.contains("plan:") }
        #expect(plans.count >= 3)
        for plan in plans { #expect(!plan.contains(#/Seq Scan on (coverage|execution)/#), "\(plan)") }
        await warehouse.close()
        await fixture.close()
    }

    private func fill(_ fixture: Fixture, _ state: String, _ count: Int32, at instant: Date) async throws {
        try await fixture.query(
            """
            INSERT INTO ingest.execution (
                organization_key, dataset, client_id, first_day, last_day, by_user, run_id, state, intended_at, ended_at
            )
            SELECT \(fixture.organization.rawValue), 'organization_query', '', '2025-03-01', '2025-03-31', false,
                \(fixture.run.rawValue), \(state), \(instant)::timestamptz, \(instant)::timestamptz
            FROM generate_series(1, \(count))
            """)
    }
}
