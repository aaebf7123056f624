import Foundation
import Testing
import UsageDomain

@Suite struct LateDayTests {
    private let day = Day(daysSinceEpoch: 20_000)

    private func moment(_ age: Int, hour: Double = 12) -> Date {
        day.advanced(by: age).start.addingTimeInterval(hour * 3600)
    }

    private func late(unchangedAfter: Int, changedAfter: Int, watchedDays: Int = 7) -> LateDay? {
        LateDay(
            day, answeredAt: moment(unchangedAfter), changedAt: moment(changedAfter), watchedDays: watchedDays,
            calendar: .utc)
    }

    @Test func `a day is late when the last reading of its lookback had not seen the change`() {
        #expect(
            late(unchangedAfter: 7, changedAfter: 8) == LateDay(day: day, unchangedAfter: 7, changedAfter: 8))
        #expect(
            late(unchangedAfter: 14, changedAfter: 21) == LateDay(day: day, unchangedAfter: 14, changedAfter: 21))
    }

    @Test(arguments: [(1, 2), (6, 7), (7, 7), (1, 30), (6, 8)])
    func `within the lookback, and where nobody looked, a change is not late`(unchanged: Int, changed: Int) {
        #expect(late(unchangedAfter: unchanged, changedAfter: changed) == nil)
    }

    @Test func `days are those of the source's calendar`() {
        // Half past eleven in the evening, UTC, is the next day in Taipei.
        let midnights = (0...20).map { day.advanced(by: $0).start.addingTimeInterval(-8 * 3600) }
        let taipei = DayCalendar(timeZone: "Asia/Taipei", midnights: midnights, firstDay: day)
        let found = LateDay(
            day, answeredAt: moment(6, hour: 23.5), changedAt: moment(8, hour: 1), watchedDays: 7, calendar: taipei)
        #expect(found == LateDay(day: day, unchangedAfter: 7, changedAfter: 8))
    }

    @Test(arguments: [
        (7, 48 * 3600, 7), (0, 48 * 3600, 3), (2, 48 * 3600, 3), (0, 0, 1), (0, 1, 2), (3, 72 * 3600, 4),
        (1, 72 * 3600 + 1, 5),
    ])
    func `a day is watched for the lookback, and until it has settled`(lookback: Int, settle: Int, days: Int) {
        #expect(LateDay.watchedDays(lookbackDays: lookback, settleAfter: .seconds(settle)) == days)
        let settling = Settling(settleAfter: .seconds(settle))
        #expect(settling.isSettled(day, fetchedAt: day.advanced(by: days).start.addingTimeInterval(1)))
    }
}
