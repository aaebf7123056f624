import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The sums a day and client, and a day and endpoint, that are kept with the facts.
@Suite(.database) struct RollupTests {
    private let march = window("2025-03-01", "2025-03-31")

    @Test func `a line sums its facts, and exists as long as there are some`() async throws {
        let fixture = try await Fixture()
        let day = march.firstDay
        try await fixture.store(
            [
                row(day, "c-1", user: "u-1", "a", requests: 1), row(day, "c-1", user: "u-2", "a", requests: 2),
                row(day, "c-1", "b", requests: 4), row(day, "c-2", "b", requests: 8),
            ], march)
        #expect(try await clients(fixture) == ["c-1 7 3", "c-2 8 1"])
        #expect(try await endpoints(fixture) == ["a 3 2", "b 12 2"])
        // One fact of the first client changes, one goes, one of another client comes, and the second client is gone.
        try await fixture.store(
            [
                row(day, "c-1", user: "u-1", "a", requests: 10), row(day, "c-1", "b", requests: 4),
                row(day, "c-3", "c", requests: 16),
            ], march)
        #expect(try await clients(fixture) == ["c-1 14 2", "c-3 16 1"])
        #expect(try await endpoints(fixture) == ["a 10 1", "b 4 1", "c 16 1"])
        try await fixture.store([], march)
        #expect(try await clients(fixture) == [])
        #expect(try await endpoints(fixture) == [])
        await fixture.close()
    }

    @Test(arguments: 1...4)
    func `after any history of answers the lines are the sums of the facts`(seed: Int) async throws {
        let fixture = try await Fixture()
        var history = ClientHistory(seed: seed)
        for step in 0..<40 {
            let (window, rows) = history.next()
            let now = date("2025-06-01T00:00:00Z") + Double(step) * 3600
            switch step % 5 {
            case 0:
                try await fixture.storeByCopy(rows, window, at: now)
            case 1:
                // The answer that was asked for first comes last, and is dropped.
                let early = fixture.context(window, try await fixture.submit(window, at: now), at: now)
                try await fixture.store(rows, window, at: now)
                let stale = try spool(Array(rows.prefix(1)))
                #expect(try await fixture.warehouse.store(stale, replacing: early).isSuperseded)
            default:
                try await fixture.store(rows, window, at: now)
            }
            #expect(try await differences(fixture) == [], "step \(step)")
        }
        #expect(try await fixture.value("SELECT count(*) FROM ingest.usage_row") == Int64(history.facts))
        #expect(history.facts > 0)
        await fixture.close()
    }

    @Test func `clients whose windows are stored at once add to the same lines`() async throws {
        let fixture = try await Fixture(connections: 8)
        for round in 0..<4 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<8 {
                    var random = Seeded(100 * round + client)
                    let window = Window(dataset: .clientQuery, clientID: "c-\(client)", days: march.days)
                    // Some facts of every day come, change and go, for each client others.
                    let rows = march.days.flatMap { day in
                        (0..<20).filter { _ in Bool.random(using: &random) }.map { number in
                            row(
                                day, "c-\(client)", caller: "o-2", "api/\(number)",
                                requests: Int64.random(in: 1...3, using: &random))
                        }
                    }.shuffled(using: &random)
                    group.addTask { try await fixture.store(rows, window) }
                }
                try await group.waitForAll()
            }
            #expect(try await differences(fixture) == [], "round \(round)")
        }
        #expect(try await fixture.value("SELECT max(rows) > 1 FROM ingest.endpoint_day") == true)
        await fixture.close()
    }

    @Test func `a store that fails in the end changes neither facts nor sums`() async throws {
        let fixture = try await Fixture()
        try await fixture.store(rows(march, clients: 3), march)
        let before = try await [clients(fixture), endpoints(fixture)]
        try await fixture.query("ALTER TABLE ingest.coverage ADD CONSTRAINT nothing_more CHECK (run_id < 0) NOT VALID")
        await #expect(throws: PostgresError.self) {
            try await fixture.store(rows(march, clients: 2, requests: 7) + [row(march.lastDay, "c-9")], march)
        }
        #expect(try await [clients(fixture), endpoints(fixture)] == before)
        #expect(try await differences(fixture) == [])
        #expect(try await StoredFact.all(in: fixture).count == 31 * 3)
        await fixture.close()
    }

    @Test func `an answer whose counters add up beyond 64 bits is refused by name`() async throws {
        let fixture = try await Fixture()
        let day = march.firstDay
        let most = row(day, "c-1", requests: .max)
        await #expect(throws: WarehouseError.sumBeyondRange(day, counter: "requests")) {
            try await fixture.store([most, row(day, "c-2", requests: 1)], march)
        }
        #expect(try await fixture.store([most, row(day.advanced(by: 1), "c-2", requests: 1)], march).inserted == 2)
        #expect(try await differences(fixture) == [])
        await fixture.close()
    }

    @Test func `a line that is wrong, missing or empty is seen, and made anew`() async throws {
        let fixture = try await Fixture()
        try await fixture.store(rows(window("2025-03-01", "2025-03-03"), clients: 2), march)
        let organization = fixture.organization.rawValue
        #expect(try await differences(fixture) == [])
        try await fixture.query("UPDATE ingest.client_day SET status_300 = 2 WHERE usage_date = '2025-03-01'")
        try await fixture.query("DELETE FROM ingest.endpoint_day WHERE usage_date = '2025-03-02'")
        try await fixture.query(
            """
            INSERT INTO ingest.endpoint_day
            VALUES (0, 0, 0, 0, 0, 0, 0, \(organization), 'organization_query', '2025-03-03', 99)
            """)
        #expect(
            try await differences(fixture) == [
                "client_day 2025-03-01 0 -2 0", "client_day 2025-03-01 0 -2 0", "endpoint_day 2025-03-02 2 0 2",
                "endpoint_day 2025-03-03 0 0 0",
            ])
        try await fixture.query("SELECT ingest.rebuild_rollups('2025-03-01', '2025-03-02')")
        #expect(try await differences(fixture) == ["endpoint_day 2025-03-03 0 0 0"])
        try await fixture.query("SELECT ingest.rebuild_rollups('2025-03-03', '2025-03-03')")
        #expect(try await differences(fixture) == [])
        #expect(try await fixture.value("SELECT count(*) FROM ingest.client_day") == Int64(6))
        await fixture.close()
    }

    private func differences(_ fixture: Fixture) async throws -> [String] {
        try await fixture.lines(
            """
            SELECT rollup, usage_date, missing_requests, missing_status_300, missing_rows FROM ingest.rollup_difference
            ORDER BY rollup, usage_date, client_key, endpoint_key
            """)
    }

    private func clients(_ fixture: Fixture) async throws -> [String] {
        try await fixture.lines(
            """
            SELECT client_id, requests, rows FROM ingest.client_day INNER JOIN ingest.oauth_client USING (client_key)
            WHERE requests = status_200 ORDER BY usage_date, client_id
            """)
    }

    private func endpoints(_ fixture: Fixture) async throws -> [String] {
        try await fixture.lines(
            """
            SELECT template_uri, requests, rows FROM ingest.endpoint_day INNER JOIN ingest.endpoint USING (endpoint_key)
            WHERE requests = status_200 ORDER BY usage_date, template_uri
            """)
    }
}

/// Answers for overlapping windows of three datasets, two of them asked client by client, over the turn of a year: some of
/// the facts come, change and go each time, with and without users.
private struct ClientHistory {
    private var random: Seeded
    private var stored: [String: [Day: Int]] = [:]

    init(seed: Int) {
        random = Seeded(seed)
    }

    /// How many facts are stored in the end.
    var facts: Int { stored.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    mutating func next() -> (Window, [UsageRow]) {
        let dataset =
            [Dataset.organizationQuery, .clientQuery, .clientJobs].randomElement(using: &random) ?? .clientJobs
        let client = dataset == .organizationQuery ? "" : "c-\(Int.random(in: 1...3, using: &random))"
        let month = Bool.random(using: &random) ? Month(year: 2024, month: 12) : Month(year: 2025, month: 1)
        let first = month.days.lowerBound.advanced(by: Int.random(in: 0...20, using: &random))
        let window = Window(
            dataset: dataset, clientID: client,
            days: first..<first.advanced(by: Int.random(in: 1...10, using: &random)))
        let isByUser = Bool.random(using: &random)
        var rows: [UsageRow] = []
        for day in window.days {
            let ofDay = Int.random(in: 0..<4, using: &random) == 0 ? [] : self.rows(day, client, byUser: isByUser)
            stored["\(dataset) \(client)", default: [:]][day] = ofDay.count
            rows += ofDay
        }
        return (window, rows.shuffled(using: &random))
    }

    private mutating func rows(_ day: Day, _ client: String, byUser: Bool) -> [UsageRow] {
        var rows: [UsageRow] = []
        for number in 0..<12 where Int.random(in: 0..<3, using: &random) > 0 {
            rows.append(
                row(
                    day, client.isEmpty ? "c-\(number % 4)" : client, user: byUser ? "u-\(number % 5)" : "",
                    caller: client.isEmpty ? "" : "o-\(number % 2)", "api/\(number / 2)",
                    method: number % 2 == 0 ? "GET" : "POST", requests: Int64.random(in: 0...2, using: &random)))
        }
        return rows
    }
}
