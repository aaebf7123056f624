import Foundation
import Testing
import UsageDomain

struct PlannerTests {
    let noon: Date
    let today: Day

    init() throws {
        today = try #require(Day("2025-03-15"))
        noon = today.start.addingTimeInterval(43_200)
    }

    func planner(at now: Date? = nil, lookback: Int = 7, widePass: Int = 35) -> Planner {
        Planner(
            settling: Settling(settleAfter: .seconds(48 * 3600)), lookbackDays: lookback, widePassDays: widePass,
            now: now ?? noon)
    }

    func due(
        _ coverage: [Day: DayCoverage], from start: Int = 10, lookback: Int = 7, widePass: Int = 35, early: Bool = false
    ) -> [String] {
        planner(lookback: lookback, widePass: widePass).dueWindows(
            of: .organizationQuery, owedFrom: today.advanced(by: -start), coverage: coverage, retryingEarly: early
        ).map { "\($0.window.firstDay)..\($0.window.lastDay) \($0.priority)" }
    }

    func covered(_ ages: ClosedRange<Int>, fetchedAgo: TimeInterval = 3600) -> [Day: DayCoverage] {
        Dictionary(
            uniqueKeysWithValues: ages.map { age in
                let day = today.advanced(by: -age)
                let fetched = noon.addingTimeInterval(-fetchedAgo)
                let settled = Settling(settleAfter: .seconds(48 * 3600)).isSettled(day, fetchedAt: fetched)
                return (day, DayCoverage(state: settled ? .covered : .provisional, fetchedAt: fetched))
            })
    }

    @Test func `nothing known: everything up to yesterday is due, newest month first, no window crosses a month`() {
        #expect(
            due([:], from: 50) == [
                "2025-03-01..2025-03-14 daily", "2025-02-01..2025-02-28 backfill", "2025-01-24..2025-01-31 backfill",
            ])
    }

    @Test func `everything read today: nothing is due`() {
        #expect(due(covered(1...10)) == [])
    }

    @Test func `the lookback is read again once a day`() {
        #expect(due(covered(1...10, fetchedAgo: 20 * 3600)) == ["2025-03-08..2025-03-14 daily"])
        #expect(
            due(covered(4...10, fetchedAgo: 20 * 3600), lookback: 7, widePass: 0).last == "2025-03-08..2025-03-14 daily"
        )
    }

    @Test func `without a lookback only a day that has settled since is read again`() {
        #expect(
            due(covered(1...10, fetchedAgo: 20 * 3600), lookback: 0, widePass: 0) == ["2025-03-12..2025-03-12 backfill"]
        )
    }

    @Test func `days of the wide pass are read again after a week`() {
        #expect(
            due(covered(1...40, fetchedAgo: 8 * 86_400).filter { $0.key < today.advanced(by: -8) }, from: 40).last
                == "2025-02-08..2025-02-28 backfill")
        #expect(due(covered(10...40, fetchedAgo: 6 * 86_400), from: 40).last?.hasSuffix("daily") == true)
    }

    @Test func `month after month the wide pass is one range of days a week, and the lookback one a day`() {
        var coverage: [Day: DayCoverage] = [:]
        var ranges: [Int] = []
        for age in (0..<70).reversed() {
            let today = today.advanced(by: -age)
            let now = today.start.addingTimeInterval(3600)
            let windows = planner(at: now).dueWindows(
                of: .organizationQuery, owedFrom: self.today.advanced(by: -200), coverage: coverage,
                retryingEarly: false)
            let days = Set(windows.flatMap { Array($0.window.days) })
            // Days that touch are one range, also where a month ends.
            ranges.append(days.count { !days.contains($0.advanced(by: -1)) })
            if age < 60 { #expect(days.count == (ranges.count % 7 == 1 ? 35 : 7), "\(today)") }
            for day in days {
                let isSettled = Settling(settleAfter: .seconds(48 * 3600)).isSettled(day, fetchedAt: now)
                coverage[day] = DayCoverage(state: isSettled ? .covered : .provisional, fetchedAt: now)
            }
        }
        #expect(ranges.allSatisfy { $0 == 1 })
    }

    @Test func `a gap between covered days is a window of its own`() {
        var coverage = covered(1...10)
        coverage[today.advanced(by: -9)] = nil
        #expect(due(coverage) == ["2025-03-06..2025-03-06 backfill"])
    }

    @Test func `a provisional day is due again only once it can settle`() {
        var coverage = covered(1...10)
        let young = today.advanced(by: -2)
        let old = today.advanced(by: -9)
        coverage[young] = DayCoverage(state: .provisional, fetchedAt: noon.addingTimeInterval(-60))
        coverage[old] = DayCoverage(state: .provisional, fetchedAt: old.end.addingTimeInterval(3600))
        #expect(due(coverage) == ["2025-03-06..2025-03-06 backfill"])
    }

    @Test func `a day with an unexplained difference is read once a day`() {
        var coverage = covered(1...10)
        let doubtful = today.advanced(by: -9)
        coverage[doubtful] = DayCoverage(state: .provisional, fetchedAt: noon.addingTimeInterval(-3600))
        #expect(due(coverage) == [])
        coverage[doubtful]?.fetchedAt = noon.addingTimeInterval(-86_400)
        #expect(due(coverage) == ["2025-03-06..2025-03-06 backfill"])
    }

    @Test func `a failed day waits for its back-off unless somebody asks by hand`() {
        var coverage = covered(1...10)
        coverage[today.advanced(by: -9)] = DayCoverage(
            state: .failed, fetchedAt: nil, nextAttemptAt: noon.addingTimeInterval(60))
        #expect(due(coverage) == [])
        #expect(due(coverage, early: true) == ["2025-03-06..2025-03-06 backfill"])
        coverage[today.advanced(by: -9)]?.nextAttemptAt = noon
        #expect(due(coverage) == ["2025-03-06..2025-03-06 backfill"])
    }

    @Test func `a stored day that is owed anew is lacking at once, also when it was read today`() {
        let day = today.advanced(by: -9)
        let fetched = noon.addingTimeInterval(-3600)
        let known = [day: DayCoverage(state: .provisional, fetchedAt: fetched, nextAttemptAt: fetched)]
        let windows = planner().backfillWindows(
            of: .organizationQuery, days: day..<day.advanced(by: 1), coverage: known, refetching: false)
        #expect(windows.count == 1)
    }

    @Test func `an unavailable day is not owed`() {
        var coverage = covered(1...10)
        coverage[today.advanced(by: -9)] = DayCoverage(state: .unavailable, fetchedAt: nil)
        #expect(due(coverage) == [])
    }

    @Test func `a start date of today or later owes nothing`() {
        #expect(due([:], from: 0) == [])
        #expect(due([:], from: -5) == [])
    }

    @Test func `a backfill takes what coverage lacks, a refetch takes all, neither takes today`() {
        let days = today.advanced(by: -3)..<today.advanced(by: 5)
        func backfill(_ refetching: Bool) -> [Range<Day>] {
            planner().backfillWindows(
                of: .organizationQuery, days: days, coverage: covered(1...2), refetching: refetching
            ).map(\.window.days)
        }
        #expect(backfill(false) == [today.advanced(by: -3)..<today.advanced(by: -2)])
        #expect(backfill(true) == [today.advanced(by: -3)..<today])
    }

    @Test(arguments: 0..<50)
    func `whatever coverage holds, each wanted day is in exactly one window`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let start = today.advanced(by: -Int.random(in: 0...400, using: &random))
        var coverage: [Day: DayCoverage] = [:]
        for day in start..<today where Bool.random(using: &random) {
            coverage[day] = DayCoverage(state: .covered, fetchedAt: noon)
        }
        let windows = planner(widePass: 0).dueWindows(
            of: .organizationQuery, owedFrom: start, coverage: coverage, retryingEarly: false)
        let planned = windows.flatMap { Array($0.window.days) }
        #expect(Set(planned).count == planned.count)
        #expect(Set(planned) == Set((start..<today).filter { coverage[$0] == nil }))
        #expect(windows == windows.sorted(by: PlannedWindow.isMoreUrgent))
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
