import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What `usage.api_usage_as_of` and `usage.channel_usage_as_of` say of the past, against what was there then.
@Suite(.database) struct AsOfTests {
    private static let start = date("2025-06-01T00:00:00Z")

    /// Some seeds let two windows be stored at one moment. The history of names keeps one name a moment, so there the
    /// names are not compared.
    @Test(arguments: 1...8)
    func `each moment of a random history is told as it was then`(seed: Int) async throws {
        let fixture = try await Fixture()
        var world = RandomHistory(seed: seed + 100)
        var random = Seeded(seed)
        let repeatsMoments = seed.isMultiple(of: 2)
        var states: [(moment: Date, lines: [String])] = [(Self.start, [])]
        var now = Self.start
        for step in 0..<14 {
            if !repeatsMoments || step == 0 || Int.random(in: 0..<3, using: &random) > 0 { now += 3600 }
            let window = world.nextWindow()
            try await fixture.store(world.nextAnswer(about: window), window, at: now)
            let lines = try await usage(fixture, "usage.api_usage", withNames: !repeatsMoments)
            if states.last?.moment == now { states.removeLast() }
            states.append((now, lines))
        }
        let changes: Int64 = try await fixture.value("SELECT count(*) FROM usage.restatement")
        #expect(changes > 0)
        for (moment, lines) in states {
            // At the moment itself, and at any time until the next window.
            for asked in [moment, moment + 1800, moment + 3599.999] {
                let told = try await usage(
                    fixture, "usage.api_usage_as_of(\(asked)::timestamptz)", withNames: !repeatsMoments)
                #expect(told == lines, "\(asked)")
            }
        }
        await fixture.close()
    }

    @Test func `what was dropped, failed, vanished and came back is told as it was`() async throws {
        let fixture = try await Fixture()
        let days = window("2025-03-01", "2025-03-02")
        let first = day("2025-03-01")
        func told(_ hour: Double) async throws -> [String] {
            let moment = Self.start + hour * 3600
            return try await fixture.lines(
                """
                SELECT usage_date, user_id, requests, extract(epoch FROM first_loaded_at - \(Self.start)) / 3600 AS first,
                    extract(epoch FROM last_changed_at - \(Self.start)) / 3600 AS changed
                FROM usage.api_usage_as_of(\(moment)::timestamptz) ORDER BY usage_date, user_id
                """
            ).map { $0.replacing(".0000000000000000", with: "") }
        }
        // An answer that was asked for first and arrives last is dropped.
        let early = try await fixture.submit(days, at: Self.start + 3600)
        try await fixture.store([row(first, requests: 2)], days, at: Self.start + 2 * 3600)
        let late = try await fixture.warehouse.store(
            spool([row(first, requests: 1)]), replacing: fixture.context(days, early, at: Self.start + 3 * 3600))
        #expect(late.isSuperseded)
        try await fixture.warehouse.markFailed(
            days, organization: fixture.organization, run: fixture.run, because: "x", now: Self.start + 4 * 3600)
        try await fixture.store([], days, at: Self.start + 5 * 3600)
        try await fixture.store([row(first, requests: 3)], days, at: Self.start + 6 * 3600)
        // The same usage by user.
        try await fixture.store(
            [row(first, user: "u-1", requests: 1), row(first, user: "u-2", requests: 2)], days,
            at: Self.start + 7 * 3600)
        try await fixture.store(
            [row(day("2025-03-03"))], window("2025-03-03", "2025-03-03"), at: Self.start + 8 * 3600)
        for hour in [0, 1, 1.9] { #expect(try await told(hour) == []) }
        for hour in [2, 3, 4, 4.9] { #expect(try await told(hour) == ["2025-03-01  2 2 2"]) }
        #expect(try await told(5) == [])
        #expect(try await told(6) == ["2025-03-01  3 6 6"])
        #expect(try await told(7.5) == ["2025-03-01 u-1 1 7 7", "2025-03-01 u-2 2 7 7"])
        #expect(try await told(9).count == 3)
        await fixture.close()
    }

    @Test func `a clock that is set back shows no row twice`() async throws {
        let fixture = try await Fixture()
        let days = window("2025-03-01", "2025-03-01")
        for (hour, requests) in [(1.0, Int64(1)), (3, 2), (2, 3), (4, 4)] {
            try await fixture.store([row(days.firstDay, requests: requests)], days, at: Self.start + hour * 3600)
        }
        // The change of 3 o'clock was over before it began, as far as the clock tells.
        for (hour, requests) in [(1.5, "1"), (2.5, "3"), (3.5, "3"), (4, "4")] {
            let moment = Self.start + hour * 3600
            #expect(
                try await fixture.lines("SELECT requests FROM usage.api_usage_as_of(\(moment)::timestamptz)")
                    == [requests], "\(hour)")
        }
        // Its state has a moment and no time.
        #expect(
            try await fixture.lines("SELECT requests FROM usage.api_usage_version WHERE known_from >= known_until")
                == ["2"])
        #expect(
            try await fixture.lines("SELECT requests FROM usage.api_usage_version WHERE known_from > known_until") == []
        )
        await fixture.close()
    }

    @Test func `an OAuth client bears the name of then, and one without an id the stated one`() async throws {
        let fixture = try await Fixture()
        let days = window("2025-03-01", "2025-03-01")
        for (hour, name) in [(1.0, "Old"), (2, "New")] {
            try await fixture.store([row(days.firstDay, name: name)], days, at: Self.start + hour * 3600)
        }
        for (hour, name) in [(1.0, "Old"), (1.9, "Old"), (2, "New")] {
            let moment = Self.start + hour * 3600
            #expect(
                try await fixture.lines("SELECT client_name FROM usage.api_usage_as_of(\(moment)::timestamptz)")
                    == [name], "\(hour)")
        }
        _ = try await fixture.query("UPDATE ingest.organization SET primary_dataset = 'simplesearch'")
        let search = Window(dataset: .simplesearch, days: days.days)
        try await fixture.store([named("Robot", days.firstDay)], search, at: Self.start + 3 * 3600)
        let moment = Self.start + 3 * 3600
        #expect(
            try await fixture.lines("SELECT client_name FROM usage.api_usage_as_of(\(moment)::timestamptz)")
                == ["Robot"])
        await fixture.close()
    }

    @Test(arguments: 1...3)
    func `units are told in the zone of then`(seed: Int) async throws {
        let fixture = try await Fixture()
        var random = Seeded(seed)
        var states: [(moment: Date, lines: [String])] = [(Self.start, [])]
        for step in 1...12 {
            let moment = Self.start + Double(step) * 3600
            let day = day("2025-03-01").advanced(by: Int.random(in: 0..<4, using: &random))
            try await fixture.store(
                units(Decimal(Int.random(in: 0...2, using: &random)), email: Decimal(step) / 8), on: day,
                timeZone: ["UTC", "Asia/Taipei"][Int.random(in: 0..<2, using: &random)], at: moment)
            states.append((moment, try await channels(fixture, "usage.channel_usage_daily")))
        }
        for (moment, lines) in states {
            for asked in [moment, moment + 1800] {
                #expect(
                    try await channels(fixture, "usage.channel_usage_as_of(\(asked)::timestamptz)") == lines, "\(asked)"
                )
            }
        }
        await fixture.close()
    }

    @Test func `a question for a month reads that month only, and no names that it does not ask for`() async throws {
        let fixture = try await Fixture()
        for month in ["2025-02", "2025-03", "2025-04"] {
            let days = window("\(month)-01", "\(month)-01")
            for requests in [Int64(1), 2] { try await fixture.store([row(days.firstDay, requests: requests)], days) }
        }
        let plan = try await fixture.query(
            """
            EXPLAIN SELECT template_uri, sum(requests) FROM usage.api_usage_as_of('2025-06-01')
            WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-03-01' AND '2025-03-31' GROUP BY template_uri
            """
        ).map { try $0.decode(String.self) }.joined(separator: "\n")
        #expect(
            Set(plan.matches(of: /(?:usage_row|restatement)_\d{6}/).map { String($0.0) })
                == ["usage_row_202503", "restatement_202503"], "\(plan)")
        #expect(!plan.contains("Function Scan"), "\(plan)")
        for unused in ["oauth_client", "usage_user", "calling_organization", "claim", "source"] {
            #expect(!plan.contains(" on \(unused)"), "\(plan)")
        }
        await fixture.close()
    }

    @Test(arguments: [("api_usage", "api_usage_as_of"), ("channel_usage_daily", "channel_usage_as_of")])
    func `a function has the columns of the view of the present`(view: String, function: String) async throws {
        let fixture = try await Fixture()
        let columns = try await fixture.lines(
            """
            SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
            WHERE attrelid = \("usage.\(view)")::regclass AND attnum > 0 ORDER BY attnum
            """)
        #expect(columns.count > 5)
        #expect(
            try await fixture.lines(
                """
                SELECT argument.name, format_type(argument.type, NULL)
                FROM pg_proc,
                    unnest(proargnames, proallargtypes, proargmodes) WITH ORDINALITY
                        AS argument (name, type, mode, position)
                WHERE proname = \(function) AND mode = 't' ORDER BY position
                """) == columns)
        await fixture.close()
    }

    // MARK: - What is there

    /// The rows of `usage.api_usage`, or of the past, each as one text, without what is told as of now in both.
    private func usage(_ fixture: Fixture, _ rows: SQL, withNames: Bool) async throws -> [String] {
        try await fixture.query(
            """
            SELECT (
                to_jsonb(line) - 'ambiguous_name' - CASE WHEN \(withNames) AND client_id <> '' THEN '' ELSE 'client_name' END
            )::text
            FROM \(rows) AS line ORDER BY 1
            """
        ).map { try $0.decode(String.self) }
    }

    private func channels(_ fixture: Fixture, _ rows: SQL) async throws -> [String] {
        try await fixture.query("SELECT to_jsonb(line)::text FROM \(rows) AS line ORDER BY 1")
            .map { try $0.decode(String.self) }
    }
}
