import Foundation
import Testing
import UsageDomain

/// The planner over months of simulated time, whose windows are always answered.
@Suite struct WidePassTests {
    /// When each day was read, as ages in days.
    private func readings(
        hoursBetweenPasses: Int,
        lookback: Int = 7,
        widePass: Int = 35
    ) throws -> (ages: [Day: [Int]], windows: Int) {
        let settling = Settling(settleAfter: .seconds(48 * 3600))
        let start = try #require(Day("2025-01-01"))
        var coverage: [Day: DayCoverage] = [:]
        var ages: [Day: [Int]] = [:]
        var windows = 0
        var now = start.advanced(by: 1).start.addingTimeInterval(1800)
        let end = start.advanced(by: 200).start
        while now < end {
            let planner = Planner(settling: settling, lookbackDays: lookback, widePassDays: widePass, now: now)
            for planned in planner.dueWindows(
                of: .organizationQuery, owedFrom: start, coverage: coverage, retryingEarly: false)
            {
                windows += 1
                // An answer is asked for a little later than it was planned.
                let fetchedAt = now.addingTimeInterval(600)
                for day in planned.window.days {
                    let isSettled = settling.isSettled(day, fetchedAt: fetchedAt)
                    coverage[day] = DayCoverage(state: isSettled ? .covered : .provisional, fetchedAt: fetchedAt)
                    ages[day, default: []].append(day.distance(to: planner.today))
                }
            }
            now += Double(hoursBetweenPasses) * 3600
        }
        return (ages, windows)
    }

    @Test(arguments: [1, 5, 24])
    func `each day is read daily in the lookback, then at least every eighth day until the wide pass lets it go`(
        hours: Int
    ) throws {
        let ages = try readings(hoursBetweenPasses: hours).ages
        // Days whose whole life was seen.
        let whole = ages.filter { $0.key < (Day("2025-06-01") ?? $0.key) }
        #expect(whole.count == 151)
        for (day, ages) in whole {
            #expect(ages.prefix(7) == [1, 2, 3, 4, 5, 6, 7], "\(day): \(ages)")
            let later = ages.dropFirst(7)
            #expect(zip(ages.dropFirst(6), later).allSatisfy { $1 - $0 <= 8 }, "\(day): \(ages)")
            // Every change of its first four weeks is found.
            #expect((28...35).contains(later.last ?? 0), "\(day): \(ages)")
        }
    }

    @Test func `without a wide pass a day is let go after the lookback`() throws {
        let ages = try readings(hoursBetweenPasses: 24, widePass: 1).ages
        #expect(ages.allSatisfy { $0.value.allSatisfy { $0 <= 7 } })
    }
}
