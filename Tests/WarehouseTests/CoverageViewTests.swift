import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What is owed of datasets that are asked per client, taken as snapshots or counted in local days, as of 2025-03-06.
@Suite(.database) struct CoverageViewTests {
    /// Source `acme` owes these datasets from a day on, and asks about these clients.
    private func fixture(
        _ datasets: Dataset..., from day: String = "2025-03-03", of clients: [String] = []
    ) async throws -> Fixture {
        let fixture = try await Fixture()
        let registration = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: datasets.map {
                .init(
                    dataset: $0, startDate: WarehouseTests.day(day), settleAfter: .seconds(48 * 3600), byUser: false)
            },
            primary: datasets[0])
        try await fixture.warehouse.configure([registration])
        _ = try await fixture.warehouse.identify(
            registration, as: Fixture.organization, now: date("2025-03-01T00:00:00Z"))
        for client in clients {
            try await fixture.seedClient(client, name: "Name of \(client)")
            try await fixture.query(
                """
                INSERT INTO ingest.source_client SELECT source_key, \(client), true FROM ingest.source WHERE name = 'acme'
                """)
        }
        return fixture
    }

    private func coverage(_ fixture: Fixture, asOf now: String = "2025-03-06T05:00:00Z") async throws -> [String] {
        try await fixture.texts(
            """
            SELECT concat_ws(' ', nullif(client_id, ''), to_char(usage_date, 'MM-DD'), state, rows)
            FROM usage.coverage WHERE source = 'acme' ORDER BY dataset, client_id, usage_date
            """, asOf: now)
    }

    /// Newest day, days behind, gaps, failed, provisional, clients, unavailable clients and days.
    private func freshness(_ fixture: Fixture, asOf now: String = "2025-03-06T05:00:00Z") async throws -> [String] {
        try await fixture.texts(
            """
            SELECT concat_ws(' ', coalesce(to_char(newest_day, 'MM-DD'), 'none'), days_behind, gaps, failed_days,
                provisional_days, coalesce(clients::text, '-'), coalesce(unavailable_clients::text, '-'),
                unavailable_days)
            FROM usage.freshness ORDER BY dataset
            """, asOf: now)
    }

    @Test func `every day is owed once for each client that is asked about`() async throws {
        let fixture = try await fixture(.clientQuery, from: "2025-03-04", of: ["c-1", "c-2"])
        try await fixture.seedCoverage(.clientQuery, "2025-03-04", of: ["c-1"])
        try await fixture.seedCoverage(.clientQuery, "2025-03-04", of: ["c-2"], state: "failed", because: "HTTP 500")
        let owed = ["c-1 03-04 covered 0", "c-1 03-05 gap", "c-2 03-04 failed", "c-2 03-05 gap"]
        #expect(try await coverage(fixture) == owed)
        #expect(try await freshness(fixture) == ["none 2 3 1 0 2 0 0"])
        let named = try await fixture.texts(
            "SELECT client_name FROM usage.coverage WHERE client_id = 'c-2' AND state = 'failed'")
        #expect(named == ["Name of c-2"])
        // A client that is asked about no longer keeps what was tried and owes nothing.
        try await fixture.query("UPDATE ingest.source_client SET is_asked = false WHERE client_id = 'c-2'")
        #expect(try await coverage(fixture) == ["c-1 03-04 covered 0", "c-1 03-05 gap", "c-2 03-04 failed"])
        #expect(try await freshness(fixture) == ["03-04 1 1 0 0 1 0 0"])
        await fixture.close()
    }

    @Test func `while no client is known the days are owed once`() async throws {
        let fixture = try await fixture(.clientQuery, .organizationQuery, from: "2025-03-05")
        try await fixture.warehouse.configure([
            SourceRegistration(
                name: "new", kind: "genesys",
                datasets: [
                    .init(dataset: .clientJobs, startDate: day("2025-03-05"), settleAfter: .zero, byUser: false)
                ], primary: .clientJobs)
        ])
        let lines = try await fixture.texts(
            "SELECT concat_ws('|', source, dataset, client_id, state) FROM usage.coverage ORDER BY 1")
        #expect(lines == ["new|client_jobs||gap"])
        try await fixture.query("UPDATE ingest.source SET is_configured = true")
        #expect(try await coverage(fixture) == ["03-05 gap", "03-05 gap"])
        await fixture.close()
    }

    @Test func `freshness waits for the client that lags, and not for one that is unavailable`() async throws {
        let fixture = try await fixture(.clientQuery, of: ["c-1", "c-2", "c-3"])
        for (day, clients) in [("03-03", ["c-1", "c-2"]), ("03-04", ["c-1"]), ("03-05", ["c-1", "c-2"])] {
            try await fixture.seedCoverage(.clientQuery, "2025-\(day)", of: clients)
        }
        // The third was never tried: no day is there for all.
        #expect(try await freshness(fixture) == ["none 3 4 0 0 3 0 0"])
        // It answers 403. What lacks one day in between has the newest day all the same, and a gap.
        for day in ["03-03", "03-04", "03-05"] {
            try await fixture.seedCoverage(
                .clientQuery, "2025-\(day)", of: ["c-3"], state: "unavailable", because: "403")
        }
        #expect(try await freshness(fixture) == ["03-05 0 1 0 0 3 1 3"])
        // The second lags.
        try await fixture.query(
            "DELETE FROM ingest.coverage WHERE client_id = 'c-2' AND usage_date = '2025-03-05'")
        #expect(try await freshness(fixture) == ["03-03 2 2 0 0 3 1 3"])
        await fixture.close()
    }

    @Test func `when every client is unavailable nothing is behind`() async throws {
        let fixture = try await fixture(.clientQuery, from: "2025-03-05", of: ["c-1"])
        try await fixture.seedCoverage(.clientQuery, "2025-03-05", of: ["c-1"], state: "unavailable", because: "403")
        #expect(try await coverage(fixture) == ["c-1 03-05 unavailable"])
        #expect(try await freshness(fixture) == ["none 0 0 0 0 1 1 1"])
        await fixture.close()
    }

    @Test func `days beyond the reach of the jobs are unavailable and no gap`() async throws {
        let fixture = try await fixture(.organizationJobs, from: "2025-03-04")
        try await fixture.seedCoverage(.organizationJobs, "2025-03-04", state: "unavailable", because: "too old")
        try await fixture.seedCoverage(.organizationJobs, "2025-03-05", state: "provisional")
        #expect(try await coverage(fixture) == ["03-04 unavailable", "03-05 provisional 0"])
        #expect(try await freshness(fixture) == ["03-05 0 0 0 1 - - 1"])
        await fixture.close()
    }

    @Test func `snapshots are owed for no day, and those tried are shown`() async throws {
        let fixture = try await fixture(.clientSummary, from: "2025-01-01", of: ["c-1", "c-2"])
        #expect(try await coverage(fixture) == [])
        #expect(try await freshness(fixture) == ["none 0 0 0 0 2 0 0"])
        try await fixture.seedCoverage(.clientSummary, "2025-03-04", of: ["c-1", "c-2"])
        // One that failed on an earlier day cannot be taken any more; today's can.
        try await fixture.seedCoverage(.clientSummary, "2025-03-05", of: ["c-2"], state: "failed", because: "HTTP 500")
        try await fixture.seedCoverage(.clientSummary, "2025-03-06", of: ["c-1"])
        try await fixture.seedCoverage(.clientSummary, "2025-03-06", of: ["c-2"], state: "failed", because: "HTTP 500")
        #expect(
            try await coverage(fixture) == [
                "c-1 03-04 covered 0", "c-1 03-06 covered 0", "c-2 03-04 covered 0", "c-2 03-05 failed",
                "c-2 03-06 failed",
            ])
        #expect(try await freshness(fixture) == ["03-04 1 0 1 0 2 0 0"])
        try await fixture.query("DELETE FROM ingest.coverage WHERE client_id = 'c-2' AND usage_date = '2025-03-06'")
        try await fixture.seedCoverage(.clientSummary, "2025-03-06", of: ["c-2"])
        #expect(try await freshness(fixture) == ["03-06 0 0 0 0 2 0 0"])
        await fixture.close()
    }

    /// As of 2025-03-06 05:00 UTC and 2025-03-06 23:00 UTC: the last day that is owed.
    @Test(arguments: [
        ("UTC", "03-05", "03-05"), ("Asia/Taipei", "03-05", "03-06"), ("Pacific/Kiritimati", "03-05", "03-06"),
        ("America/Los_Angeles", "03-04", "03-05"),
    ])
    func `local days are owed up to the organization's own yesterday`(
        zone: String, early: String, late: String
    ) async throws {
        let fixture = try await fixture(.channelUsage, .organizationQuery)
        try await fixture.query("UPDATE ingest.organization SET time_zone = \(zone)")
        for (now, last) in [("2025-03-06T05:00:00Z", early), ("2025-03-06T23:00:00Z", late)] {
            let days = try await fixture.texts(
                "SELECT dataset || ' ' || to_char(max(usage_date), 'MM-DD') FROM usage.coverage GROUP BY dataset ORDER BY 1",
                asOf: now)
            // A dataset whose days are UTC has nothing to do with the zone.
            #expect(days == ["channel_usage \(last)", "organization_query 03-05"])
            let behind = try await fixture.texts(
                "SELECT days_behind::text FROM usage.freshness WHERE dataset = 'channel_usage'", asOf: now)
            #expect(behind == ["\((Int(last.suffix(2)) ?? 0) - 2)"])
        }
        await fixture.close()
    }

    @Test func `one day of many clients is found without the others`() async throws {
        let fixture = try await fixture(.clientQuery, .clientJobs, from: "2023-01-01", of: ["c-0"])
        try await fixture.query(
            """
            INSERT INTO ingest.source_client
            SELECT source_key, 'c-' || number, true FROM ingest.source, generate_series(1, 99) AS number
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.coverage (
                organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
            )
            SELECT \(fixture.organization.rawValue), dataset, 'c-' || number, date '2023-01-01' + age, 'covered', 0, 1,
                now(), \(fixture.run.rawValue)
            FROM unnest(ARRAY['client_query', 'client_jobs']::ingest.dataset[]) AS dataset,
                generate_series(0, 99) AS number, generate_series(0, 794) AS age
            """)
        try await fixture.query("ANALYZE ingest.coverage")
        let plan = try await fixture.query(
            """
            EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM usage.coverage
            WHERE source = 'acme' AND dataset = 'client_query' AND usage_date = '2024-05-05'
            """
        ).map { try $0.decode(String.self) }
        // Neither side makes or reads a line for every client and day: 79,500 of them are stored.
        let rows = plan.compactMap { $0.firstMatch(of: /actual rows=(\d+)/).flatMap { Int($0.1) } }
        #expect(rows.first == 100)
        #expect((rows.max() ?? .max) <= 10_000, "\(plan.joined(separator: "\n"))")
        await fixture.close()
    }
}
