import FoundationEssentials
import Ingest
import Postgres
import Synchronization
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// Scheduled passes over days that the vendor changes afterwards, one pass a day at half past one.
@Suite(.database)
struct LateDayPassTests {
    /// A bench whose passes take the time from here.
    private final class Weeks: Sendable {
        private let hour: Mutex<Date>

        init(_ hour: Date) {
            self.hour = Mutex(hour)
        }

        static func with(
            _ seed: UInt64,
            _ body: @escaping @Sendable (PassBench, Weeks) async throws -> Void
        ) async throws {
            let world = World(seed: seed, size: World.Size(clients: 4, rowsADay: 12))
            try await PassBench.with(world, startDate: "2025-02-20") { bench in
                let weeks = Weeks(bench.startDate.start)
                var bench = bench
                bench.now = { weeks.hour.withLock { $0 } }
                try await body(bench, weeks)
            }
        }

        @discardableResult
        func pass(_ bench: PassBench, _ range: String) async throws -> [PassReport] {
            var reports: [PassReport] = []
            for day in PassBench.days(range) {
                hour.withLock { $0 = day.start.addingTimeInterval(5400) }
                reports.append(try await bench.pass().run(.scheduled))
            }
            return reports
        }
    }

    @Test func `the lookback finds a restated day the day after, and journals what changed, appeared and vanished`()
        async throws
    {
        try await Weeks.with(21) { bench, weeks in
            try await weeks.pass(bench, "2025-03-01..2025-03-08")
            let old = try bench.truth("2025-02-20..2025-03-07")
            #expect(try await bench.stored() == old)
            bench.simulator.restate(.init(2025, 3, 2))
            let report = try #require(try await weeks.pass(bench, "2025-03-09..2025-03-09").first)
            let new = try bench.truth("2025-02-20..2025-03-08")
            #expect(try await bench.stored() == new)
            #expect(old.subtracting(new).isEmpty == false)
            let kinds = try await bench.texts(
                """
                SELECT DISTINCT CASE WHEN old_requests IS NULL THEN 'appeared' WHEN new_requests IS NULL THEN 'vanished'
                    ELSE 'changed' END
                FROM usage.restatement WHERE usage_date = '2025-03-02' ORDER BY 1
                """)
            #expect(kinds == ["appeared", "changed", "vanished"])
            // Within the lookback that is nothing to be told of.
            #expect(report.summary.lateDays == 0)
            #expect(bench.lateDays == [])
        }
    }

    @Test func `a day that vanishes as a whole is deleted and journalled row by row`() async throws {
        try await Weeks.with(22) { bench, weeks in
            try await weeks.pass(bench, "2025-03-01..2025-03-02")
            let days = "2025-02-20..2025-02-28"
            let kept = try bench.truth("2025-02-20..2025-02-24").union(bench.truth("2025-02-26..2025-02-28"))
            let vanished = try bench.truth("2025-02-25..2025-02-25")
            #expect(vanished.isEmpty == false)
            bench.simulator.rewrite {
                $0.faults = [Fault(.completeResults, mentioning: "2025-02-25", .cap(rows: 0))]
            }
            _ = try await bench.pass().run(.backfill(PassBench.days("2025-02-25..2025-02-25"), refetching: true))
            #expect(
                try await bench.texts("SELECT usage_date::text FROM usage.api_usage WHERE usage_date = '2025-02-25'")
                    == [])
            let stored = try await bench.stored()
            #expect(try stored.intersection(bench.truth(days)) == kept)
            let coverage = try await bench.texts(
                "SELECT state || ' ' || rows FROM usage.coverage WHERE usage_date = '2025-02-25'")
            #expect(coverage == ["covered 0"])
            #expect(
                try await bench.texts(
                    """
                    SELECT count(*) || ' ' || count(new_requests) || ' ' || count(first_loaded_at)
                    FROM usage.restatement WHERE usage_date = '2025-02-25'
                    """) == ["\(vanished.count) 0 \(vanished.count)"])
            #expect(try await bench.storedBeforeRestatements().intersection(bench.truth(days)) == kept.union(vanished))
        }
    }

    @Test func `the wide pass finds a day restated beyond the lookback, and reports it`() async throws {
        try await Weeks.with(23) { bench, weeks in
            let reports = try await weeks.pass(bench, "2025-03-01..2025-03-20")
            #expect(reports.allSatisfy { $0.summary.lateDays == 0 })
            // Twelve days after its date; the lookback ends with the seventh.
            bench.simulator.restate(.init(2025, 3, 8))
            let later = try await weeks.pass(bench, "2025-03-21..2025-03-28")
            #expect(try await bench.stored() == bench.truth("2025-02-20..2025-03-27"))
            #expect(later.map(\.summary.lateDays).reduce(0, +) == 1)
            let late = try #require(bench.lateDays.first)
            #expect(bench.lateDays.count == 1)
            #expect(late.day == Day("2025-03-08"))
            #expect((7...12).contains(late.unchangedAfter), "\(late)")
            #expect((13...20).contains(late.changedAfter), "\(late)")
            #expect(
                try await bench.texts("SELECT string_agg(late_days::text, '') FROM ingest.run WHERE late_days <> 0")
                    == ["1"])
            #expect(
                try await bench.texts(
                    """
                    SELECT DISTINCT concat_ws(' ', source, dataset, usage_date, days_unchanged, days_late)
                    FROM usage.lateness
                    """)
                    == ["acme organization_query 2025-03-08 \(late.unchangedAfter) \(late.changedAfter)"])
        }
    }

    @Test func `a change found late because nobody looked in between is not called late`() async throws {
        try await Weeks.with(24) { bench, weeks in
            try await weeks.pass(bench, "2025-03-01..2025-03-03")
            bench.simulator.restate(.init(2025, 3, 1), .init(2025, 2, 28))
            let report = try #require(try await weeks.pass(bench, "2025-03-25..2025-03-25").first)
            #expect(report.summary.rowsUpdated > 0)
            #expect(try await bench.stored() == bench.truth("2025-02-20..2025-03-24"))
            #expect(report.summary.lateDays == 0)
            #expect(bench.lateDays == [])
        }
    }
}

extension PassBench {
    /// Days that were reported as changed late, in the order of the reports.
    fileprivate var lateDays: [LateDay] {
        events.value.flatMap { event -> [LateDay] in
            if case .daysChangedLate(_, _, let days) = event { days } else { [] }
        }
    }
}
