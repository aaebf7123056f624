import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What the views of questions answer where the small world of the golden answers has no example.
@Suite(.database) struct QuestionViewTests {
    /// Lines of an answer as of a moment, columns separated by blanks and NULL as `-`.
    private func answer(
        _ fixture: Fixture, at now: String = "2025-03-05T06:00:00Z", timeZone: String = "UTC", _ columns: String,
        from rest: String
    ) async throws -> [String] {
        let cells = columns.split(separator: " ").map { "coalesce((\($0))::text, '-')" }.joined(separator: ", ")
        return try await fixture.administration.withTransaction(timeout: .seconds(60)) { connection in
            try connection.execute(
                "SELECT set_config('usaged.now', \(now), true), set_config('TimeZone', \(timeZone), true)")
            return try connection.query(SQL(unsafe: "SELECT concat_ws(' ', \(cells)) FROM usage.\(rest)"))
                .map { try $0.decode(String.self) }
        }
    }

    private func makePrimary(_ dataset: Dataset, from start: String, _ fixture: Fixture) async throws {
        let registration = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: [.init(dataset: dataset, startDate: day(start), settleAfter: .zero, byUser: false)],
            primary: dataset)
        try await fixture.warehouse.configure([registration])
        _ = try await fixture.warehouse.identify(
            registration, as: Fixture.organization, now: date("2025-03-01T00:00:00Z"))
    }

    @Test func `a day of a dataset that is asked per client is stored once every client has it`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.clientQuery, from: "2025-03-01", fixture)
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2"], of: "acme")
        try await fixture.seed(.clientQuery, "2025-03-01", of: ["c-1", "c-2"], [.of("c-1", 10), .of("c-2", 5)])
        try await fixture.seed(.clientQuery, "2025-03-02", of: ["c-1"], [.of("c-1", 20)])
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1"], [.of("c-1", 40)])
        try await fixture.seedCoverage(.clientQuery, "2025-03-03", of: ["c-2"], state: "unavailable")
        try await fixture.seed(.clientQuery, "2025-03-04", of: ["c-1", "c-2"], state: "provisional", [.of("c-2", 6)])
        #expect(
            try await answer(
                fixture, "usage_date state requests day_before_change clients_unavailable",
                from: "usage_by_day ORDER BY usage_date")
                == [
                    "2025-03-01 covered 15 - 0", "2025-03-02 gap 20 - 0", "2025-03-03 covered 40 - 1",
                    "2025-03-04 provisional 6 - 0",
                ])
        // Of the client whose day is stored the change is known, however many others the day lacks; of one whose day is
        // not, nothing is.
        #expect(
            try await answer(
                fixture, "usage_date client_id requests day_before_requests day_before_change",
                from: "client_by_day ORDER BY usage_date, client_id")
                == [
                    "2025-03-01 c-1 10 - -", "2025-03-01 c-2 5 - -", "2025-03-02 c-1 20 10 10", "2025-03-02 c-2 - 5 -",
                    "2025-03-03 c-1 40 20 20", "2025-03-04 c-1 0 40 -40", "2025-03-04 c-2 6 - -",
                ])
        #expect(
            try await answer(
                fixture, "month days_in_period days_stored days_provisional is_complete requests clients_unavailable",
                from: "usage_by_month")
                == ["2025-03-01 4 3 1 false 81 1"])
        await fixture.close()
    }

    @Test func `months are not compared where a client of one is not known`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.clientQuery, from: "2025-02-01", fixture)
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2"], of: "acme")
        for day in ["2025-02-01", "2025-02-02", "2025-03-01"] {
            try await fixture.seed(.clientQuery, day, of: ["c-1", "c-2"], [.of("c-1", 5), .of("c-2", 6)])
        }
        try await fixture.seed(.clientQuery, "2025-03-02", of: ["c-1"], [.of("c-1", 5)])
        try await fixture.seedCoverage(.clientQuery, "2025-03-02", of: ["c-2"], state: "unavailable")
        let answer = {
            try await self.answer(
                fixture, at: "2025-03-03T06:00:00Z", "is_complete month_before_is_complete requests change clients_unavailable",
                from: "usage_by_month WHERE is_current")
        }
        #expect(try await answer() == ["true true 16 - 1"])
        try await makeStored(fixture)
        #expect(try await answer() == ["true true 16 -6 0"])
        await fixture.close()
    }

    @Test func `of whom nothing is known on a day has no drop on it, nor has what it is summed into`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.clientQuery, from: "2025-02-01", fixture)
        let clients = ["c-1", "c-2", "c-3"]
        try await fixture.warehouse.storeAskedClients(clients, of: "acme")
        for tuesday in ["2025-02-04", "2025-02-11", "2025-02-18", "2025-02-25"] {
            try await fixture.seed(.clientQuery, tuesday, of: clients, clients.map { .of($0, 1000) })
        }
        try await fixture.seed(.clientQuery, "2025-03-04", of: ["c-1", "c-3"], [.of("c-1", 1000)])
        try await fixture.seedCoverage(.clientQuery, "2025-03-04", of: ["c-2"], state: "unavailable")
        let answer = {
            try await self.answer(
                fixture, "usage_date subject client_id direction requests expected history_days",
                from: "anomaly ORDER BY subject, client_id")
        }
        #expect(try await answer() == ["2025-03-04 client c-3 drop 0 1000 4"])
        try await makeStored(fixture)
        #expect(
            try await answer() == [
                "2025-03-04 client c-2 drop 0 1000 4", "2025-03-04 client c-3 drop 0 1000 4",
                "2025-03-04 endpoint  drop 1000 3000 4",
            ])
        await fixture.close()
    }

    /// Makes what was unavailable stored without a row.
    private func makeStored(_ fixture: Fixture) async throws {
        try await fixture.query(
            """
            UPDATE ingest.coverage
            SET state = 'covered', row_count = 0, fetched_at = '2025-03-05', submission_id = 1, last_error = ''
            WHERE state = 'unavailable'
            """)
    }

    @Test func `only stored days make a client silent, gone or new`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.organizationQuery, from: "2025-01-01", fixture)
        // 29 days, then nothing for as long, then days on which the other client alone is used.
        for number in 1...29 {
            let day = "2025-01-\(number < 10 ? "0" : "")\(number)"
            try await fixture.seed(.organizationQuery, day, [.of("c-1", 1), .of("c-2", 1)])
        }
        try await fixture.seed(.organizationQuery, "2025-03-01", [.of("c-2", 1), .of("c-3", 1)])
        let answer = {
            try await self.answer(
                fixture, "client_id activity days_silent newest_day", from: "client_activity ORDER BY client_id")
        }
        #expect(
            try await answer() == [
                "c-1 active 1 2025-03-01", "c-2 active 0 2025-03-01", "c-3 active 0 2025-03-01",
            ])
        try await fixture.seed(.organizationQuery, "2025-03-02", [.of("c-4", 1)])
        #expect(
            try await answer() == [
                "c-1 active 2 2025-03-02", "c-2 active 1 2025-03-02", "c-3 active 1 2025-03-02",
                "c-4 new 0 2025-03-02",
            ])
        await fixture.close()
    }

    @Test func `of whom nothing is asked or available nothing is known, not silence`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.clientQuery, from: "2025-02-01", fixture)
        let listing = ["c-1", "c-2", "c-3", "c-4"].map {
            OAuthClient(id: $0, name: $0, state: "active", authorizedGrantType: "", createdAt: nil)
        }
        try await fixture.warehouse.storeListing(listing, of: fixture.organization, now: date("2025-01-05T00:00:00Z"))
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2", "c-4"], of: "acme")
        try await fixture.seed(.clientQuery, "2025-02-01", of: ["c-1", "c-2", "c-4"], [.of("c-1", 1), .of("c-2", 1)])
        for number in 2...9 {
            try await fixture.seed(.clientQuery, "2025-02-0\(number)", of: ["c-1", "c-4"])
            try await fixture.seedCoverage(.clientQuery, "2025-02-0\(number)", of: ["c-2"], state: "unavailable")
        }
        let answer = {
            try await self.answer(
                fixture, "client_id activity last_day days_silent newest_day",
                from: "client_activity ORDER BY client_id")
        }
        #expect(
            try await answer() == [
                "c-1 silent 2025-02-01 8 2025-02-09", "c-2 active 2025-02-01 0 2025-02-09",
                "c-3 unknown - - 2025-02-09", "c-4 idle - - 2025-02-09",
            ])
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1", "c-4"])
        try await fixture.seedCoverage(.clientQuery, "2025-03-03", of: ["c-2"], state: "unavailable")
        #expect(
            try await answer() == [
                "c-1 silent 2025-02-01 9 2025-03-03", "c-2 unknown 2025-02-01 0 2025-03-03",
                "c-3 unknown - - 2025-03-03", "c-4 idle - - 2025-03-03",
            ])
        await fixture.close()
    }

    @Test func `what measuring costs is known only of days on which its own client was asked about`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.clientQuery, from: "2025-03-01", fixture)
        try await fixture.query("UPDATE ingest.source SET client_id = 'c-own' WHERE name = 'acme'")
        try await fixture.warehouse.storeAskedClients(["c-1"], of: "acme")
        try await fixture.seedClient("c-own")
        try await fixture.seed(.clientQuery, "2025-03-01", of: ["c-1"], [.of("c-1", 30)])
        try await fixture.seed(.clientQuery, "2025-03-02", of: ["c-1", "c-own"], [.of("c-1", 30)])
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1", "c-own"], [.of("c-1", 30), .of("c-own", 10)])
        #expect(
            try await answer(
                fixture, "usage_date requests_counted status_429_counted share_percent",
                from: "own_footprint ORDER BY usage_date")
                == ["2025-03-01 - - -", "2025-03-02 0 0 0.00", "2025-03-03 10 0 25.00"])
        await fixture.close()
    }

    @Test func `a client known by a name that several bear is marked as such`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.simplesearch, from: "2025-03-04", fixture)
        let listing = [("c-1", "Robot"), ("c-2", "Robot"), ("c-3", "Person")].map { id, name in
            OAuthClient(id: id, name: name, state: "active", authorizedGrantType: "", createdAt: nil)
        }
        try await fixture.warehouse.storeListing(
            listing, of: fixture.organization, now: date("2025-03-05T00:00:00Z"))
        try await fixture.seed(.simplesearch, "2025-03-04", [.named("Robot", 3), .named("Person", 1)])
        #expect(
            try await answer(
                fixture, "rank client_name client_id share_percent ambiguous_name",
                from: "client_by_month ORDER BY rank")
                == ["1 Robot  75.00 true", "2 Person  25.00 false"])
        await fixture.close()
    }

    @Test func `what is not configured any more lacks nothing after its last day, and keeps its answers`() async throws
    {
        let fixture = try await Fixture()
        try await makePrimary(.organizationQuery, from: "2025-02-01", fixture)
        try await fixture.seed(.organizationQuery, "2025-01-31", [.of("c-1", 7)])
        try await fixture.seed(.organizationQuery, "2025-02-01", [.of("c-1", 8)])
        let columns = "month days_in_period days_stored requests month_before_requests change"
        let months = ["2025-01-01 31 1 7 - -", "2025-02-01 28 1 8 7 -"]
        // A day that was stored before it was owed is none the less a day.
        #expect(
            try await answer(fixture, columns, from: "usage_by_month ORDER BY month")
                == months + ["2025-03-01 4 0 - 8 -"])
        try await fixture.warehouse.drop(["acme"])
        #expect(try await answer(fixture, columns, from: "usage_by_month ORDER BY month") == months)
        #expect(
            try await answer(fixture, "usage_date state", from: "usage_by_day ORDER BY usage_date")
                == ["2025-01-31 covered", "2025-02-01 covered"])
        await fixture.close()
    }

    @Test func `what retention gave up is not missing, and sums outlive their facts`() async throws {
        let fixture = try await Fixture()
        try await makePrimary(.organizationQuery, from: "2024-11-01", fixture)
        try await fixture.seed(.organizationQuery, "2025-01-02", [.of("c-1", 7)])
        try await fixture.seed(.organizationQuery, "2025-02-03", [.of("c-1", 8)])
        let months = ["2025-01-01 1 7", "2025-02-01 1 8", "2025-03-01 0 -"]
        #expect(
            try await answer(fixture, "month days_stored requests", from: "usage_by_month ORDER BY month")
                == ["2024-11-01 0 -", "2024-12-01 0 -"] + months)
        try await fixture.query(
            "INSERT INTO ingest.retention VALUES ('facts', '2025-02-01', now()), ('rollups', '2025-01-01', now())")
        try await fixture.query("DELETE FROM ingest.usage_row WHERE usage_date < '2025-02-01'")
        #expect(
            try await answer(fixture, "month days_stored requests", from: "usage_by_month ORDER BY month") == months)
        #expect(
            try await answer(fixture, "month requests", from: "client_endpoint_by_month ORDER BY month")
                == ["2025-02-01 8"])
        await fixture.close()
    }

    @Test(arguments: ["America/Los_Angeles", "Pacific/Kiritimati"])
    func `months and days are those of UTC in whichever zone the analyst lives`(zone: String) async throws {
        let fixture = try await Fixture()
        try await makePrimary(.organizationQuery, from: "2025-02-28", fixture)
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
            let here = try await answer(fixture, at: "2025-03-02T23:30:00Z", timeZone: zone, columns, from: rest)
            #expect(try await answer(fixture, at: "2025-03-02T23:30:00Z", columns, from: rest) == here)
            #expect(!here.isEmpty)
        }
        // On the first day of a month no day of it has ended.
        #expect(
            try await answer(
                fixture, at: "2025-03-01T12:00:00Z", timeZone: zone, "month is_current requests",
                from: "usage_by_month ORDER BY month") == ["2025-02-01 false 4"])
        await fixture.close()
    }

    @Test(arguments: 1...4)
    func `whatever is stored, months, days, clients and endpoints add up to the canonical rows`(seed: Int) async throws
    {
        let fixture = try await Fixture()
        try await makePrimary(.organizationQuery, from: "2025-02-01", fixture)
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
        let truth = try await answer(
            fixture, "date_trunc('month',usage_date)::date sum(requests) sum(status_429)",
            from: "api_usage GROUP BY date_trunc('month', usage_date) ORDER BY date_trunc('month', usage_date)")
        #expect(!truth.isEmpty)
        for view in ["usage_by_month", "client_by_month", "endpoint_by_month", "client_endpoint_by_month"] {
            let sums = try await answer(
                fixture, at: "2025-04-02T00:00:00Z", columns,
                from:
                    "\(view) WHERE requests >= 0 AND month < '2025-04-01' GROUP BY month HAVING sum(requests) > 0 ORDER BY month"
            )
            #expect(sums == truth, "\(view)")
        }
        for view in ["usage_by_day", "client_by_day"] {
            let sums = try await answer(
                fixture, at: "2025-04-02T00:00:00Z",
                "date_trunc('month',usage_date)::date sum(requests) sum(status_429)",
                from: """
                    \(view) WHERE requests >= 0 GROUP BY date_trunc('month', usage_date) HAVING sum(requests) > 0
                    ORDER BY date_trunc('month', usage_date)
                    """)
            #expect(sums == truth, "\(view)")
        }
        // As many percentages as there are lines, each rounded by itself.
        for view in ["client_by_month", "endpoint_by_month"] {
            let shares = try await answer(
                fixture, at: "2025-04-02T00:00:00Z", "abs(sum(share_percent)-100)<=0.01*count(*)",
                from: "\(view) GROUP BY month")
            #expect(Set(shares) == ["true"], "\(view)")
        }
        await fixture.close()
    }
}
