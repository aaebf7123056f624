import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct CoverageTests {
    private let fourDays = window("2025-03-01", "2025-03-04")

    /// Day, state, rows, reason: the view as of 2025-03-06, where four days are owed since the first of March.
    private func lines(_ fixture: Fixture, asOf now: String = "2025-03-06T05:00:00Z") async throws -> [String] {
        try await fixture.administration.withTransaction { connection in
            try connection.execute("SELECT set_config('usaged.now', \(now), true)")
            return try connection.query(
                """
                SELECT concat_ws(' ', source, usage_date, state, coalesce(rows::text, '-'), nullif(last_error, ''))
                FROM usage.coverage ORDER BY source, usage_date
                """
            ).map { try $0.decode(String.self) }
        }
    }

    private func owe(from day: String, _ fixture: Fixture) async throws {
        try await fixture.warehouse.configure([Fixture.registration(startDate: WarehouseTests.day(day))])
    }

    @Test func `the view shows each owed day once: gaps, failures, doubts, days without usage`() async throws {
        let fixture = try await Fixture()
        try await owe(from: "2025-03-01", fixture)
        let asked = date("2025-03-05T01:00:00Z")
        let stored = window("2025-03-02", "2025-03-03")
        // The second of March settled at the end of the fourth; the third has not settled yet.
        try await fixture.store([row(day("2025-03-02"))], stored, at: asked)
        try await fixture.warehouse.markFailed(
            window("2025-03-04", "2025-03-04"), organization: fixture.organization, run: fixture.run,
            because: "HTTP 500", now: asked)
        #expect(
            try await lines(fixture) == [
                "acme 2025-03-01 gap -", "acme 2025-03-02 covered 1", "acme 2025-03-03 provisional 0",
                "acme 2025-03-04 failed - HTTP 500", "acme 2025-03-05 gap -",
            ])
        // Yesterday is the newest day that is owed, and days before the start are not.
        try await owe(from: "2025-03-04", fixture)
        #expect(
            try await lines(fixture, asOf: "2025-03-05T23:59:59Z") == [
                "acme 2025-03-02 covered 1", "acme 2025-03-03 provisional 0", "acme 2025-03-04 failed - HTTP 500",
            ])
        await fixture.close()
    }

    @Test func `a source that is no longer configured owes nothing and shows what it stored`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-02"))], window("2025-03-02", "2025-03-02"))
        try await fixture.warehouse.configure([Fixture.registration("other", startDate: day("2025-03-05"))])
        #expect(try await lines(fixture) == ["acme 2025-03-02 covered 1", "other 2025-03-05 gap -"])
        await fixture.close()
    }

    @Test func `an unexplained difference keeps settled days provisional, with its text`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([], fourDays, doubt: "totals differ by 3")
        let states = try await fixture.query("SELECT DISTINCT state, last_error, row_count FROM ingest.coverage")
            .map { try $0.decode(String.self, String.self, Int64.self) }
        #expect(states.count == 1)
        #expect(try #require(states.first) == ("provisional", "totals differ by 3", 0))
        try await fixture.store([], fourDays)
        #expect(try await fixture.value("SELECT count(*) FROM ingest.coverage WHERE state = 'covered'") == Int64(4))
        await fixture.close()
    }

    @Test func `a day is covered only when asked later than its end plus settle-after`() async throws {
        let fixture = try await Fixture()
        // The end of 2025-03-02 plus 48 hours, to the second: not yet later.
        try await fixture.store([], fourDays, at: date("2025-03-05T00:00:00Z"))
        let coverage = try await fixture.warehouse.coverage(
            of: .organizationQuery, organization: fixture.organization)
        #expect(coverage[day("2025-03-01")]?.state == .covered)
        #expect(coverage[day("2025-03-02")]?.state == .provisional)
        #expect(coverage[day("2025-03-02")]?.fetchedAt == date("2025-03-05T00:00:00Z"))
        #expect(coverage.count == 4)
        await fixture.close()
    }

    @Test func `what counts is when the answer was asked for, not when it was stored`() async throws {
        let fixture = try await Fixture()
        let submission = try await fixture.submit(fourDays, at: date("2025-03-05T00:00:00Z"))
        _ = try await fixture.warehouse.store(
            spool([]), replacing: fixture.context(fourDays, submission, at: date("2025-03-20T00:00:00Z")))
        let coverage = try await fixture.warehouse.coverage(
            of: .organizationQuery, organization: fixture.organization)
        #expect(
            coverage[day("2025-03-04")] == DayCoverage(state: .provisional, fetchedAt: date("2025-03-05T00:00:00Z")))
        await fixture.close()
    }

    @Test func `failures wait longer each time, a day at most, and a success clears them`() async throws {
        let fixture = try await Fixture()
        let now = date("2025-06-01T00:00:00Z")
        let oneDay = window("2025-03-01", "2025-03-01")
        var hours: [Double] = []
        for _ in 0..<8 {
            try await fixture.warehouse.markFailed(
                oneDay, organization: fixture.organization, run: fixture.run, because: "HTTP 500", now: now)
            let coverage = try await fixture.warehouse.coverage(
                of: .organizationQuery, organization: fixture.organization)[oneDay.firstDay]
            #expect(coverage?.state == .failed)
            #expect(coverage?.fetchedAt == nil)
            hours.append(try #require(coverage?.nextAttemptAt).timeIntervalSince(now) / 3600)
        }
        #expect(hours == [1, 2, 4, 8, 16, 24, 24, 24])
        try await fixture.query("UPDATE ingest.coverage SET failures = 2147483646")
        try await fixture.store([], oneDay)
        let cleared = try await fixture.query(
            "SELECT state, failures, next_attempt_at, last_error FROM ingest.coverage"
        ).first?.decode(String.self, Int32.self, Date?.self, String.self)
        #expect(try #require(cleared) == ("covered", 0, nil, ""))
        await fixture.close()
    }

    @Test func `a failed re-read keeps state, rows and run, and shows its reason`() async throws {
        let fixture = try await Fixture()
        let now = date("2025-06-01T00:00:00Z")
        try await fixture.store([row(day("2025-03-02"))], fourDays)
        let laterRun = try await fixture.warehouse.beginRun(.scheduled, version: "test", now: now)
        try await fixture.warehouse.markFailed(
            fourDays, organization: fixture.organization, run: laterRun, because: "not JSON", now: now)
        let known = try await fixture.query(
            """
            SELECT DISTINCT state, last_error, run_id, next_attempt_at, failures FROM ingest.coverage
            """
        ).map { try $0.decode(String.self, String.self, Int64.self, Date.self, Int32.self) }
        #expect(known.count == 1)
        #expect(try #require(known.first) == ("covered", "not JSON", fixture.run.rawValue, now + 3600, 1))
        #expect(try await StoredFact.all(in: fixture).count == 1)
        await fixture.close()
    }

    @Test func `freshness counts gaps, failures, doubts and days behind`() async throws {
        let fixture = try await Fixture()
        try await owe(from: "2025-03-01", fixture)
        let asked = date("2025-03-05T01:00:00Z")
        try await fixture.store([row(day("2025-03-02"))], window("2025-03-02", "2025-03-03"), at: asked)
        try await fixture.warehouse.markFailed(
            window("2025-03-04", "2025-03-04"), organization: fixture.organization, run: fixture.run,
            because: "HTTP 500", now: asked)
        try await fixture.store([], window("2025-02-28", "2025-02-28"), at: asked)
        let line = try await fixture.administration.withTransaction { connection in
            try connection.execute("SET LOCAL usaged.now = '2025-03-08T05:00:00Z'")
            return try connection.query(
                """
                SELECT newest_day, days_behind, gaps, failed_days, provisional_days, next_attempt_at
                FROM usage.freshness
                """
            ).map { try $0.decode(PostgresDate.self, Int32.self, Int64.self, Int64.self, Int64.self, Date.self) }
        }
        #expect(line.count == 1)
        // Owed are the first to the seventh: the first, and the fourth to the seventh, are not stored.
        #expect(
            try #require(line.first) == (day("2025-03-03").sqlDate, 4, 5, 1, 1, date("2025-03-05T02:00:00Z")))
        await fixture.close()
    }

    @Test func `freshness of a source that never worked says what is owed and why`() async throws {
        let fixture = try await Fixture()
        let now = date("2025-06-01T00:00:00Z")
        try await fixture.warehouse.configure([Fixture.registration("fresh", startDate: day("2025-03-01"))])
        try await fixture.warehouse.markSourceFailed("fresh", because: "HTTP 401", now: now)
        let line = try await fixture.administration.withTransaction { connection in
            try connection.execute("SET LOCAL usaged.now = '2025-03-08T05:00:00Z'")
            return try connection.query("SELECT newest_day, days_behind, gaps, last_error FROM usage.freshness")
                .map { try $0.decode(PostgresDate?.self, Int32.self, Int64.self, String.self) }
        }
        #expect(line.count == 1)
        #expect(try #require(line.first) == (nil, 7, 7, "HTTP 401"))
        await fixture.close()
    }

    @Test func `the status report gathers freshness, problems as ranges, and runs`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-02"))], window("2025-03-02", "2025-03-03"))
        try await fixture.warehouse.markFailed(
            window("2025-03-04", "2025-03-08"), organization: fixture.organization, run: fixture.run,
            because: "HTTP 500", now: date("2025-06-01T00:00:00Z"))
        var summary = RunSummary()
        summary.outcome = .incomplete
        summary.windowsPlanned = 2
        summary.rowsInserted = 1 << 33
        try await fixture.warehouse.finishRun(fixture.run, summary, now: date("2025-06-01T01:00:00Z"))
        let report = try await fixture.warehouse.status()
        #expect(report.freshness.map(\.failedDays) == [5])
        #expect(
            report.problems.filter { $0.state == "failed" }.map { [$0.firstDay, $0.lastDay, $0.reason] }
                == [["2025-03-04", "2025-03-08", "HTTP 500"]])
        #expect(
            report.problems.filter { $0.state == "gap" }.map(\.firstDay) == ["2025-03-09", "2024-01-01"])
        #expect(report.runs.map(\.outcome) == ["incomplete"])
        #expect(report.runs.first?.rowsInserted == 1 << 33)
        await fixture.close()
    }
}
