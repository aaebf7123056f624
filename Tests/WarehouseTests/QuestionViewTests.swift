import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What the views of questions answer where the small world of the golden answers has no example.
@Suite(.database) struct QuestionViewTests {
    @Test func `only stored days make a client silent, gone or new`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.organizationQuery, from: "2025-01-01")
        // 29 days, then nothing for as long, then days on which the other client alone is used.
        for number in 1...29 {
            let day = "2025-01-\(number < 10 ? "0" : "")\(number)"
            try await fixture.seed(.organizationQuery, day, [.of("c-1", 1), .of("c-2", 1)])
        }
        try await fixture.seed(.organizationQuery, "2025-03-01", [.of("c-2", 1), .of("c-3", 1)])
        let told = {
            try await fixture.answer(
                "client_id activity days_silent newest_day", from: "client_activity ORDER BY client_id")
        }
        #expect(
            try await told() == [
                "c-1 active 1 2025-03-01", "c-2 active 0 2025-03-01", "c-3 active 0 2025-03-01",
            ])
        try await fixture.seed(.organizationQuery, "2025-03-02", [.of("c-4", 1)])
        #expect(
            try await told() == [
                "c-1 active 2 2025-03-02", "c-2 active 1 2025-03-02", "c-3 active 1 2025-03-02",
                "c-4 new 0 2025-03-02",
            ])
        await fixture.close()
    }

    @Test func `a client known by a name that several bear is marked as such`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.simplesearch, from: "2025-03-04")
        let listing = [("c-1", "Robot"), ("c-2", "Robot"), ("c-3", "Person")].map { id, name in
            OAuthClient(id: id, name: name, state: "active", authorizedGrantType: "", createdAt: nil)
        }
        try await fixture.warehouse.storeListing(
            listing, of: fixture.organization, now: date("2025-03-05T00:00:00Z"))
        try await fixture.seed(.simplesearch, "2025-03-04", [.named("Robot", 3), .named("Person", 1)])
        #expect(
            try await fixture.answer(
                "rank client_name client_id share_percent ambiguous_name",
                from: "client_by_month ORDER BY rank")
                == ["1 Robot  75.00 true", "2 Person  25.00 false"])
        await fixture.close()
    }

    @Test func `what is not configured any more lacks nothing after its last day, and keeps its answers`() async throws
    {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.organizationQuery, from: "2025-02-01")
        try await fixture.seed(.organizationQuery, "2025-01-31", [.of("c-1", 7)])
        try await fixture.seed(.organizationQuery, "2025-02-01", [.of("c-1", 8)])
        let columns = "month days_in_period days_stored requests month_before_requests change"
        let months = ["2025-01-01 31 1 7 - -", "2025-02-01 28 1 8 7 -"]
        // A day that was stored before it was owed is none the less a day.
        #expect(
            try await fixture.answer(columns, from: "usage_by_month ORDER BY month")
                == months + ["2025-03-01 4 0 - 8 -"])
        try await fixture.warehouse.drop(["acme"])
        #expect(try await fixture.answer(columns, from: "usage_by_month ORDER BY month") == months)
        #expect(
            try await fixture.answer("usage_date state", from: "usage_by_day ORDER BY usage_date")
                == ["2025-01-31 covered", "2025-02-01 covered"])
        await fixture.close()
    }

    @Test func `what is not configured any more is billed as far as it is known, and is not forecast`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.organizationQuery, from: "2025-01-31")
        try await fixture.seed(.organizationQuery, "2025-01-31", [.of("c-1", 7)])
        try await fixture.seed(.organizationQuery, "2025-02-01", [.of("c-1", 8)])
        let billed = {
            try await fixture.answer(
                at: "2025-02-10T06:00:00Z", "first_day days_past days_stored is_complete requests",
                from: "billing_period ORDER BY first_day")
        }
        let forecast = {
            try await fixture.answer(
                at: "2025-02-10T06:00:00Z", "first_day estimated_days", from: "allowance_forecast")
        }
        let periods = ["2025-01-01 31 1 false 7", "2025-02-01 9 1 false 8"]
        #expect(try await billed() == periods)
        #expect(try await forecast() == ["2025-02-01 8"])
        try await fixture.warehouse.drop(["acme"])
        #expect(try await billed() == periods)
        #expect(try await forecast() == [])
        await fixture.close()
    }

    @Test func `what retention gave up is not missing, and sums outlive their facts`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.organizationQuery, from: "2024-11-01")
        try await fixture.seed(.organizationQuery, "2025-01-02", [.of("c-1", 7)])
        try await fixture.seed(.organizationQuery, "2025-02-03", [.of("c-1", 8)])
        let months = ["2025-01-01 1 7", "2025-02-01 1 8", "2025-03-01 0 -"]
        #expect(
            try await fixture.answer("month days_stored requests", from: "usage_by_month ORDER BY month")
                == ["2024-11-01 0 -", "2024-12-01 0 -"] + months)
        try await fixture.query(
            "INSERT INTO ingest.retention VALUES ('facts', '2025-02-01', now()), ('rollups', '2025-01-01', now())")
        try await fixture.query("DELETE FROM ingest.usage_row WHERE usage_date < '2025-02-01'")
        #expect(
            try await fixture.answer("month days_stored requests", from: "usage_by_month ORDER BY month") == months)
        #expect(
            try await fixture.answer("month requests", from: "client_endpoint_by_month ORDER BY month")
                == ["2025-02-01 8"])
        await fixture.close()
    }

    @Test(arguments: ["America/Los_Angeles", "Pacific/Kiritimati"])
    func `months and days are those of UTC in whichever zone the analyst lives`(zone: String) async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.organizationQuery, from: "2025-02-28")
        try await fixture.store([row(day("2025-02-28"), requests: 4)], window("2025-02-28", "2025-02-28"))
        try await fixture.store([row(day("2025-03-01"), requests: 6)], window("2025-03-01", "2025-03-01"))
        let questions = [
            ("month is_current days_in_period days_stored requests", "usage_by_month ORDER BY month"),
            ("month first_day last_day requests", "client_by_month ORDER BY month"),
            ("usage_date state requests day_before_change", "usage_by_day ORDER BY usage_date"),
            ("month is_current days_owed strip", "coverage_calendar ORDER BY month"),
            ("client_id activity first_day last_day days_silent", "client_activity"),
        ]
        for (columns, rest) in questions {
            let here = try await fixture.answer(at: "2025-03-02T23:30:00Z", timeZone: zone, columns, from: rest)
            #expect(try await fixture.answer(at: "2025-03-02T23:30:00Z", columns, from: rest) == here)
            #expect(!here.isEmpty)
        }
        // On the first day of a month no day of it has ended.
        #expect(
            try await fixture.answer(
                at: "2025-03-01T12:00:00Z", timeZone: zone, "month is_current requests",
                from: "usage_by_month ORDER BY month") == ["2025-02-01 false 4"])
        await fixture.close()
    }

    @Test(arguments: 1...4)
    func `whatever is stored, months, days, clients and endpoints add up to the canonical rows`(seed: Int) async throws
    {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.organizationQuery, from: "2025-02-01")
        var random = Seeded(seed)
        for _ in 0..<8 {
            let first = Bool.random(using: &random) ? day("2025-02-01") : day("2025-03-01")
            let start = first.advanced(by: Int.random(in: 0..<6, using: &random))
            let days = start..<start.advanced(by: Int.random(in: 1...4, using: &random))
            var rows: [RowIdentity: UsageRow] = [:]
            for day in days {
                for _ in 0..<Int.random(in: 0...8, using: &random) {
                    var row = row(
                        day, "c-\(Int.random(in: 0..<4, using: &random))",
                        "api/\(Int.random(in: 0..<4, using: &random))")
                    row.counts.requests = Int64.random(in: 0...500, using: &random)
                    row.counts.statusCounts.status429 = Int64.random(in: 0...3, using: &random)
                    rows[row.identity] = row
                }
            }
            try await fixture.store(Array(rows.values), Window(dataset: .organizationQuery, days: days))
        }
        let columns = "month sum(requests) sum(status_429)"
        let truth = try await fixture.answer(
            "date_trunc('month',usage_date)::date sum(requests) sum(status_429)",
            from: "api_usage GROUP BY date_trunc('month', usage_date) ORDER BY date_trunc('month', usage_date)")
        #expect(!truth.isEmpty)
        for view in ["usage_by_month", "client_by_month", "endpoint_by_month", "client_endpoint_by_month"] {
            let sums = try await fixture.answer(
                at: "2025-04-02T00:00:00Z", columns,
                from:
                    "\(view) WHERE requests >= 0 AND month < '2025-04-01' GROUP BY month HAVING sum(requests) > 0 ORDER BY month"
            )
            #expect(sums == truth, "\(view)")
        }
        for view in ["usage_by_day", "client_by_day"] {
            let sums = try await fixture.answer(
                at: "2025-04-02T00:00:00Z",
                "date_trunc('month',usage_date)::date sum(requests) sum(status_429)",
                from: """
                    \(view) WHERE requests >= 0 GROUP BY date_trunc('month', usage_date) HAVING sum(requests) > 0
                    ORDER BY date_trunc('month', usage_date)
                    """)
            #expect(sums == truth, "\(view)")
        }
        // As many percentages as there are lines, each rounded by itself.
        for view in ["client_by_month", "endpoint_by_month"] {
            let shares = try await fixture.answer(
                at: "2025-04-02T00:00:00Z", "abs(sum(share_percent)-100)<=0.01*count(*)",
                from: "\(view) GROUP BY month")
            #expect(Set(shares) == ["true"], "\(view)")
        }
        await fixture.close()
    }
}
