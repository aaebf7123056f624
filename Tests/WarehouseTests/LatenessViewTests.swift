import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// `usage.lateness`, and what status makes of it.
@Suite(.database) struct LatenessViewTests {
    /// Stores a day of one client again and again, on these days at noon, each time with other counters.
    private func store(_ day: String, of client: String = "c-1", on moments: [String], _ fixture: Fixture) async throws
    {
        for (number, moment) in moments.enumerated() {
            try await fixture.store(
                [row(WarehouseTests.day(day), client, name: "Client \(client)", requests: Int64(number + 1))],
                window(day, day), at: date("\(moment)T12:00:00Z"))
        }
    }

    private func lateness(_ fixture: Fixture) async throws -> [String] {
        try await fixture.query(
            """
            SELECT concat_ws('|', source, organization_id, dataset, usage_date, client_id, client_name, changes,
                to_char(first_changed_at, 'MM-DD'), to_char(last_changed_at, 'MM-DD'), days_late, days_unchanged)
            FROM usage.lateness ORDER BY dataset, usage_date, client_id
            """
        ).map { try $0.decode(String.self) }
    }

    @Test func `a day has a line once it changed, with when it last did and until when it had not`() async throws {
        let fixture = try await Fixture()
        try await store("2025-03-01", on: ["2025-03-02", "2025-03-03", "2025-03-08", "2025-03-15"], fixture)
        try await store("2025-03-02", on: ["2025-03-30"], fixture)
        // Read again without a change, which is what the next change is compared with.
        let third = [row(day("2025-03-03"), "c-2", requests: 5)]
        for moment in ["2025-03-04", "2025-03-10"] {
            try await fixture.store(third, window("2025-03-03", "2025-03-03"), at: date("\(moment)T12:00:00Z"))
        }
        try await fixture.store([], window("2025-03-03", "2025-03-03"), at: date("2025-03-17T12:00:00Z"))
        #expect(
            try await lateness(fixture) == [
                "acme|o-1|organization_query|2025-03-01|c-1|Client c-1|3|03-03|03-15|14|7",
                "acme|o-1|organization_query|2025-03-03|c-2||1|03-17|03-17|14|7",
            ])
        await fixture.close()
    }

    @Test func `units are late by the organization's own days, and another zone is no change of theirs`() async throws {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.organization SET time_zone = 'Asia/Taipei'")
        try await fixture.query(
            """
            INSERT INTO ingest.channel_restatement (organization_key, usage_date, channel, changed_at, old_fetched_at,
                first_loaded_at, run_id, old_units, new_units, old_time_zone, new_time_zone)
            SELECT \(fixture.organization.rawValue), usage_date::date, 'sms', changed_at::timestamptz,
                changed_at::timestamptz - interval '1 day', changed_at::timestamptz - interval '9 days', 1, 1, new_units,
                old_zone, 'Asia/Taipei'
            FROM (VALUES
                ('2025-03-01', '2025-03-10 20:00+00', 2, 'Asia/Taipei'),
                ('2025-03-02', '2025-03-10 20:00+00', 2, 'UTC'),
                ('2025-03-03', '2025-03-10 20:00+00', 1, 'UTC')
            ) AS change (usage_date, changed_at, new_units, old_zone)
            """)
        // At eight in the evening, UTC, it is the eleventh in Taipei.
        #expect(
            try await fixture.query(
                "SELECT concat_ws('|', dataset, usage_date, client_id, days_late, days_unchanged) FROM usage.lateness"
            ).map { try $0.decode(String.self) } == ["channel_usage|2025-03-01||10|9"])
        await fixture.close()
    }

    @Test func `a range of days reads its partitions of the journal alone`() async throws {
        let fixture = try await Fixture()
        for month in 1...6 {
            try await fixture.query("SELECT ingest.ensure_partition(make_date(2025, \(Int32(month)), 1))")
        }
        for question: SQL in [
            "usage_date BETWEEN '2025-03-05' AND '2025-04-02'",
            "source = 'acme' AND usage_date >= '2025-03-05' AND usage_date < '2025-04-02' AND days_late > 7",
        ] {
            let plan = try await fixture.query(
                "EXPLAIN SELECT dataset, max(days_late) FROM usage.lateness WHERE \(question) GROUP BY dataset"
            ).map { try $0.decode(String.self) }.joined(separator: "\n")
            #expect(Set(plan.matches(of: /restatement_(\d{6})/).map(\.1)) == ["202503", "202504"], "\(plan)")
        }
        await fixture.close()
    }

    @Test func `status names the latest late change of each dataset, of the last hundred days`() async throws {
        let fixture = try await Fixture()
        let days = try await fixture.query(
            "SELECT (ingest.today() - age)::text FROM unnest(ARRAY[101, 60, 40, 38, 37]) WITH ORDINALITY AS a (age, n) ORDER BY n"
        ).map { WarehouseTests.day(try $0.decode(String.self)) }
        func stored(_ day: Day, ages: [Int]) async throws {
            try await store(
                "\(day)", on: ages.map { "\(day.advanced(by: $0))" }, fixture)
        }
        try await stored(days[0], ages: [1, 30, 37])
        try await stored(days[1], ages: [1, 7, 14])
        try await stored(days[2], ages: [1, 14, 21])
        // Found late after nobody had looked, and found in time.
        try await stored(days[3], ages: [1, 20])
        try await stored(days[4], ages: [1, 7])
        let lines = try await fixture.warehouse.status(watchedDays: 7).lateness
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect([line.source, line.dataset, line.day] == ["acme", "organization_query", "\(days[2])"])
        #expect([line.changedAfter, line.unchangedAfter, line.watchedDays, line.lateDays] == [21, 14, 7, 2])
        #expect(try await fixture.warehouse.status(watchedDays: 14).lateness.map(\.lateDays) == [1])
        #expect(try await fixture.warehouse.status(watchedDays: 21).lateness.isEmpty)
        await fixture.close()
    }
}
