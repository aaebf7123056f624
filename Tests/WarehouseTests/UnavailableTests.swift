import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct UnavailableTests {
    private let now = date("2025-06-01T00:00:00Z")

    private func asked(_ client: String, _ first: String, _ last: String) -> Window {
        Window(dataset: .clientQuery, clientID: client, days: day(first)..<day(last).advanced(by: 1))
    }

    private func mark(_ windows: [Window], until next: Date?, _ fixture: Fixture) async throws {
        try await fixture.warehouse.markUnavailable(
            windows, organization: fixture.organization, run: fixture.run, because: "HTTP 403", until: next)
    }

    private let lines: SQL = """
        SELECT client_id, usage_date::text, state, coalesce(row_count::text, '-'), last_error, failures::text,
            coalesce(next_attempt_at::date::text, '-')
        FROM ingest.coverage ORDER BY client_id, usage_date
        """

    @Test func `days never stored become unavailable, stored ones stay and show the reason`() async throws {
        let fixture = try await Fixture()
        let stored = asked("c-1", "2025-03-02", "2025-03-02")
        try await fixture.store([row(stored.firstDay)], stored)
        try await mark([asked("c-1", "2025-03-01", "2025-03-03")], until: now + 7 * 86_400, fixture)
        #expect(
            try await fixture.lines(lines) == [
                "c-1 2025-03-01 unavailable - HTTP 403 0 2025-06-08", "c-1 2025-03-02 covered 1 HTTP 403 0 2025-06-08",
                "c-1 2025-03-03 unavailable - HTTP 403 0 2025-06-08",
            ])
        #expect(try await fixture.value("SELECT count(*) FROM ingest.usage_row") == Int64(1))
        await fixture.close()
    }

    @Test func `many windows are marked in one statement, also ones that overlap, and for good`() async throws {
        let fixture = try await Fixture()
        try await mark(
            [
                asked("c-1", "2025-01-30", "2025-01-31"), asked("c-1", "2025-02-01", "2025-02-02"),
                asked("c-1", "2025-02-02", "2025-02-03"), asked("c-2", "2025-02-02", "2025-02-02"),
            ], until: nil, fixture)
        try await mark([], until: nil, fixture)
        let coverage = try await fixture.warehouse.coverage(
            ofEachClientIn: .clientQuery, organization: fixture.organization)
        let unavailable = DayCoverage(state: .unavailable, fetchedAt: nil)
        #expect(
            coverage == [
                "c-1": Dictionary(
                    uniqueKeysWithValues: (day("2025-01-30")..<day("2025-02-04")).map { ($0, unavailable) }),
                "c-2": [day("2025-02-02"): unavailable],
            ])
        await fixture.close()
    }

    @Test func `an unavailable day that fails otherwise is failed with the shortest wait, and back again`() async throws
    {
        let fixture = try await Fixture()
        let window = asked("c-1", "2025-03-01", "2025-03-01")
        func fail() async throws {
            try await fixture.warehouse.markFailed(
                window, organization: fixture.organization, run: fixture.run, because: "HTTP 500", now: now)
        }
        for _ in 0..<5 { try await fail() }
        try await mark([window], until: now, fixture)
        try await fail()
        let coverage = try await fixture.warehouse.coverage(
            of: .clientQuery, clientID: "c-1", organization: fixture.organization)
        #expect(
            coverage == [window.firstDay: DayCoverage(state: .failed, fetchedAt: nil, nextAttemptAt: now + 3600)])
        try await mark([window], until: nil, fixture)
        #expect(try await fixture.lines(lines) == ["c-1 2025-03-01 unavailable - HTTP 403 0 -"])
        try await fixture.store([row(window.firstDay)], window)
        #expect(try await fixture.lines(lines) == ["c-1 2025-03-01 covered 1  0 -"])
        await fixture.close()
    }

    @Test func `one question tells the coverage of every client`() async throws {
        let fixture = try await Fixture()
        for client in ["c-1", "c-2"] {
            let window = asked(client, "2025-03-01", "2025-03-02")
            try await fixture.store([row(window.firstDay, client)], window)
        }
        try await fixture.store([], Window(dataset: .organizationQuery, days: day("2025-03-01")..<day("2025-03-02")))
        let all = try await fixture.warehouse.coverage(ofEachClientIn: .clientQuery, organization: fixture.organization)
        #expect(all.keys.sorted() == ["c-1", "c-2"])
        for (client, days) in all {
            #expect(
                try await fixture.warehouse.coverage(
                    of: .clientQuery, clientID: client, organization: fixture.organization) == days)
            #expect(days.count == 2)
        }
        await fixture.close()
    }

    @Test func `asked clients are those of the last time, and saying the same again writes nothing`() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.warehouse.askedClients(of: "acme") == [])
        try await fixture.warehouse.storeAskedClients(["c-2", "c-1", "c-2"], of: "acme")
        #expect(try await fixture.warehouse.askedClients(of: "acme") == ["c-1", "c-2"])
        let versions: SQL = "SELECT string_agg(ctid::text || xmin || xmax, ',' ORDER BY ctid) FROM ingest.source_client"
        let before: String = try await fixture.value(versions)
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2"], of: "acme")
        #expect(try await fixture.value(versions) == before)
        try await fixture.warehouse.storeAskedClients(["c-3", "c-1"], of: "acme")
        #expect(try await fixture.warehouse.askedClients(of: "acme") == ["c-1", "c-3"])
        try await fixture.warehouse.storeAskedClients(["c-2"], of: "acme")
        #expect(try await fixture.warehouse.askedClients(of: "acme") == ["c-2"])
        #expect(try await fixture.value("SELECT count(*) FROM ingest.source_client") == Int64(3))
        await fixture.close()
    }
}
