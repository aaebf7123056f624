import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ExecutionTests {
    private let asked = window("2025-03-01", "2025-03-31")
    private let now = date("2025-06-01T12:00:00Z")

    private func recorder(
        _ fixture: Fixture,
        byUser: Bool = false,
        organization: OrganizationKey? = nil,
        at now: Date? = nil
    ) -> ExecutionRecorder {
        let now = now ?? self.now
        return fixture.warehouse.recorder(
            organization: organization ?? fixture.organization, run: fixture.run, byUser: byUser, now: { now })
    }

    @Test func `submissions are numbered in their order, and open ones are found until they end`() async throws {
        let fixture = try await Fixture()
        let recorder = recorder(fixture)
        #expect(try await recorder.open(Query(asked))?.submission == nil)
        let first = try await recorder.intend(Query(asked))
        #expect(try await recorder.open(Query(asked))?.submission == nil, "an intent has no execution yet")
        let second = try await recorder.intend(Query(asked))
        #expect(first < second)
        try await recorder.accepted(second, ExecutionID(rawValue: "e-2"))
        try await recorder.accepted(first, ExecutionID(rawValue: "e-1"))
        let newest = try await recorder.open(Query(asked))
        #expect(newest?.submission == second)
        #expect(newest?.execution == ExecutionID(rawValue: "e-2"))
        try await recorder.ended(second, .lost)
        #expect(try await recorder.open(Query(asked))?.submission == first)
        try await recorder.ended(first, .abandoned)
        #expect(try await recorder.open(Query(asked))?.submission == nil)
        #expect(
            try await fixture.value("SELECT array_agg(state ORDER BY submission_id) FROM ingest.execution")
                == ["abandoned", "lost"])
        await fixture.close()
    }

    @Test func `only exactly the same query is taken up again`() async throws {
        let fixture = try await Fixture()
        let submission = try await fixture.submit(asked, at: now)
        let ofClient = Window(dataset: .organizationQuery, clientID: "c-1", days: asked.days)
        let others = [ofClient, asked.narrowed(to: day("2025-03-01")..<day("2025-03-31"))]
        for other in others { #expect(try await recorder(fixture).open(Query(other))?.submission == nil) }
        #expect(try await recorder(fixture, byUser: true).open(Query(asked))?.submission == nil)
        let second = try await fixture.warehouse.identify(
            Fixture.registration(), as: Fixture.organization, now: now)
        #expect(second == fixture.organization)
        let stranger = OrganizationKey(rawValue: fixture.organization.rawValue + 1)
        #expect(try await recorder(fixture, organization: stranger).open(Query(asked))?.submission == nil)
        #expect(try await recorder(fixture).open(Query(asked))?.submission == submission)
        await fixture.close()
    }

    @Test func `an execution older than six hours is submitted anew`() async throws {
        let fixture = try await Fixture()
        let submission = try await fixture.submit(asked, at: now)
        #expect(try await recorder(fixture, at: now + 6 * 3600 - 1).open(Query(asked))?.submission == submission)
        #expect(try await recorder(fixture, at: now + 6 * 3600 + 1).open(Query(asked))?.submission == nil)
        await fixture.close()
    }

    @Test func `an execution is complete only with the transaction that stores its answer`() async throws {
        let fixture = try await Fixture()
        let submission = try await fixture.submit(asked, at: now)
        try await recorder(fixture).ended(submission, .complete)
        #expect(try await recorder(fixture).open(Query(asked))?.submission == submission, "read, not yet stored")
        let context = fixture.context(asked, submission, at: now)
        let answer = try spool(rows(asked, clients: 2))
        try await fixture.query("SELECT ingest.ensure_partition(\(asked.firstDay.sqlDate))")
        // The server loses the connection between the last statement and COMMIT.
        await #expect(throws: PostgresError.self) {
            try await fixture.warehouse.pool.withTransaction { connection in
                var replacement = WindowReplacement(answer: answer, context: context)
                _ = try replacement.run(on: connection)
                try connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(try await recorder(fixture).open(Query(asked))?.submission == submission)
        #expect(try await StoredFact.all(in: fixture).isEmpty)
        #expect(try await fixture.value("SELECT count(*) FROM ingest.coverage") == Int64(0))
        _ = try await fixture.warehouse.store(answer, replacing: context)
        #expect(try await recorder(fixture).open(Query(asked))?.submission == nil)
        #expect(try await StoredFact.all(in: fixture).count == 62)
        await fixture.close()
    }

    @Test func `the typical time is the median of what was stored`() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.warehouse.typicalExecutionTime(of: .organizationQuery) == .seconds(10))
        for seconds in [3.0, 5, 100] {
            let submission = try await fixture.submit(asked, at: now)
            _ = try await fixture.warehouse.store(
                spool([]), replacing: fixture.context(asked, submission, at: now + seconds))
        }
        #expect(try await fixture.warehouse.typicalExecutionTime(of: .organizationQuery) == .seconds(5))
        await fixture.close()
    }
}
