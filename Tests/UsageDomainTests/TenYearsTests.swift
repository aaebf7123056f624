import Foundation
import Randomness
import Testing
import UsageDomain

/// Ten years of ticks on a machine that sleeps, and whose clock is set now and then.
struct TenYearsTests {
    /// A source as the daemon sees it: coverage, read by the machine's clock and planned for at each tick.
    private struct Machine {
        let calendar: DayCalendar
        let firstOwedDay: Day
        let settling: Settling
        var coverage: [Day: DayCoverage] = [:]
        /// When each day was last read, in truth.
        var lastRead: [Day: Date] = [:]
        /// How often a day was read on one day of the machine's calendar.
        var reads: [[Day]: Int] = [:]

        init(_ calendar: DayCalendar, owedFrom day: Day) {
            self.calendar = calendar
            firstOwedDay = day
            settling = Settling(settleAfter: .seconds(48 * 3_600), calendar: calendar)
        }

        /// What a tick does.
        ///
        /// - Returns: days that were planned and must not have been: twice, not owed, or not over yet.
        mutating func tick(truth: Date, clockError: TimeInterval) -> [Day] {
            let now = truth.addingTimeInterval(clockError)
            let planner = Planner(settling: settling, lookbackDays: 7, widePassDays: 35, now: now)
            let windows = planner.dueWindows(
                of: .organizationQuery, owedFrom: firstOwedDay, coverage: coverage, retryingEarly: false)
            let days = windows.flatMap { Array($0.window.days) }
            var wrong = days.filter { $0 < firstOwedDay || calendar.end(of: $0) > now }
            // The vendor's answers tell the time; from such a clock none is taken.
            guard abs(clockError) <= 900 else { return wrong }
            var planned: Set<Day> = []
            for day in days {
                if !planned.insert(day).inserted { wrong.append(day) }
                let isSettled = settling.isSettled(day, fetchedAt: now)
                coverage[day] = DayCoverage(state: isSettled ? .covered : .provisional, fetchedAt: now)
                lastRead[day] = truth
                reads[[planner.today, day], default: 0] += 1
            }
            return wrong
        }

        /// Days that must have been read after they had settled, and were not.
        func lost(at truth: Date) -> [Day] {
            var lost: [Day] = []
            var day = firstOwedDay
            while settling.settlesAt(day) < truth.addingTimeInterval(-900) {
                let read = lastRead[day] ?? .distantPast
                if coverage[day]?.state != .covered || read < settling.settlesAt(day).addingTimeInterval(-900) {
                    lost.append(day)
                }
                day = day.advanced(by: 1)
            }
            return lost
        }
    }

    private func calendar(_ zone: String, from first: Day) throws -> DayCalendar {
        guard zone != "UTC" else { return .utc }
        var foundation = Calendar(identifier: .gregorian)
        foundation.timeZone = try #require(TimeZone(identifier: zone))
        let midnights = (0..<4_500).map { offset in
            foundation.startOfDay(for: first.advanced(by: offset).start.addingTimeInterval(43_200))
        }
        return DayCalendar(timeZone: zone, midnights: midnights, firstDay: first)
    }

    @Test(arguments: [
        ("UTC", 1, 4), ("Europe/Berlin", 2, 6), ("America/St_Johns", 3, 12), ("Australia/Lord_Howe", 4, 12),
    ])
    func `steps of the clock, sleep and summer time lose no day and read none twice`(
        zone: String, seed: UInt64, hours: Int
    ) throws {
        let first = try #require(Day("2025-01-01"))
        let calendar = try calendar(zone, from: first.advanced(by: -2))
        let beginning = first.start.addingTimeInterval(40 * 3_600)
        var machine = Machine(calendar, owedFrom: first)
        var random = SeededRandom(seed: seed)
        let ticks = Ticks(every: .seconds(hours * 3_600), using: &random)
        var elapsed = Duration.zero
        var clockError = 0.0
        var missedTicks = 0
        var steps = 0
        while elapsed < .seconds(3_653 * 86_400) {
            var next = ticks.next(after: elapsed)
            if Int.random(in: 0..<300, using: &random) == 0 {
                let sleep = Duration.seconds(Int.random(in: 0..<20 * 86_400, using: &random))
                missedTicks += Int(sleep / ticks.every)
                next += sleep
            }
            elapsed = next
            switch Int.random(in: 0..<400, using: &random) {
            case 0: clockError = Double.random(in: -900...900, using: &random)
            case 1: clockError = Double.random(in: -400 * 86_400...400 * 86_400, using: &random)
            case 2...40: clockError = 0
            default: break
            }
            if clockError != 0 { steps += 1 }
            let truth = beginning.addingTimeInterval(elapsed.timeInterval)
            let wrong = machine.tick(truth: truth, clockError: clockError)
            try #require(wrong.isEmpty, "at \(truth), \(clockError) s off: \(wrong)")
            if clockError == 0, Int.random(in: 0..<20, using: &random) == 0 {
                let lost = machine.lost(at: truth)
                try #require(lost.isEmpty, "at \(truth): \(lost)")
            }
        }
        // It was no quiet decade.
        #expect(missedTicks > 100 && steps > 100)
        #expect(machine.reads.values.max() == 1)
        let most = Dictionary(grouping: machine.reads, by: { $0.key[1] }).values.map { $0.map(\.value).reduce(0, +) }
            .max()
        #expect(try #require(most) <= 7 + 2 + 6)
    }
}
