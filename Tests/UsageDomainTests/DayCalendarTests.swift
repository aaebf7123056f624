import Foundation
import Testing
import UsageDomain

struct DayCalendarTests {
    /// Midnights as Foundation computes them, a second source beside PostgreSQL.
    func calendar(_ zone: String, from first: Day, days: Int) throws -> DayCalendar {
        var foundation = Calendar(identifier: .gregorian)
        foundation.timeZone = try #require(TimeZone(identifier: zone))
        let midnights = try (0..<days).map { offset in
            let (year, month, day) = first.advanced(by: offset).components
            return foundation.startOfDay(
                for: try #require(foundation.date(from: DateComponents(year: year, month: month, day: day, hour: 12))))
        }
        return DayCalendar(timeZone: zone, midnights: midnights, firstDay: first)
    }

    @Test func `UTC days begin and end at midnight UTC`() throws {
        let day = try #require(Day("2025-03-30"))
        #expect(DayCalendar.utc.start(of: day) == day.start)
        #expect(DayCalendar.utc.end(of: day) == day.end)
        #expect(DayCalendar.utc.day(containing: day.start) == day)
        #expect(DayCalendar.utc.day(containing: day.end.addingTimeInterval(-0.001)) == day)
        #expect(DayCalendar.utc.day(containing: day.end) == day.advanced(by: 1))
    }

    @Test(arguments: [("2025-03-30", 23.0), ("2025-10-26", 25.0), ("2025-07-01", 24.0)])
    func `a day of a zone with summer time has 23, 24 or 25 hours`(day: String, hours: Double) throws {
        let day = try #require(Day(day))
        let berlin = try calendar("Europe/Berlin", from: try #require(Day("2025-01-01")), days: 366)
        #expect(berlin.end(of: day).timeIntervalSince(berlin.start(of: day)) == hours * 3600)
    }

    @Test(arguments: ["Europe/Berlin", "Asia/Taipei", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
    func `each instant belongs to the one day that holds it`(zone: String) throws {
        let first = try #require(Day("2025-01-01"))
        let calendar = try calendar(zone, from: first, days: 367)
        for offset in 0..<365 {
            let day = first.advanced(by: offset)
            #expect(calendar.day(containing: calendar.start(of: day)) == day)
            #expect(calendar.day(containing: calendar.end(of: day).addingTimeInterval(-0.001)) == day)
        }
    }

    @Test func `days outside the known ones keep the nearest offset`() throws {
        let first = try #require(Day("2025-07-01"))
        let taipei = try calendar("Asia/Taipei", from: first, days: 3)
        for offset in [-400, -1, 3, 400] {
            let day = first.advanced(by: offset)
            #expect(taipei.start(of: day) == day.start.addingTimeInterval(-8 * 3600))
            #expect(taipei.day(containing: taipei.start(of: day)) == day)
        }
    }
}
