package import FoundationEssentials

/// When the days of a source begin and end: in UTC, or in an organization's own time zone.
///
/// Local midnights are computed by PostgreSQL, which knows the zones on every machine, and handed in.
package struct DayCalendar: Sendable, Equatable {
    /// IANA name of the zone, `UTC` for the vendor whose days are UTC days.
    package let timeZone: String
    /// First instants of consecutive days; empty for UTC.
    private let midnights: [Date]
    private let firstDay: Day

    /// Days from 00:00 to 24:00 UTC.
    package static let utc = DayCalendar(timeZone: "UTC", midnights: [], firstDay: Day(daysSinceEpoch: 0))

    /// Days of a time zone.
    ///
    /// - Parameters:
    ///   - timeZone: its IANA name.
    ///   - midnights: the first instant of each day from `firstDay` on, in order. Days outside have the offset of the
    ///     nearest one inside.
    ///   - firstDay: the day of the first midnight.
    package init(timeZone: String, midnights: [Date], firstDay: Day) {
        self.timeZone = timeZone
        self.midnights = midnights
        self.firstDay = firstDay
    }

    /// The first instant of a day.
    package func start(of day: Day) -> Date {
        guard let earliest = midnights.first, let latest = midnights.last else { return day.start }
        let index = firstDay.distance(to: day)
        if index < 0 { return earliest.addingTimeInterval(Double(index) * 86_400) }
        let last = midnights.count - 1
        if index > last { return latest.addingTimeInterval(Double(index - last) * 86_400) }
        return midnights[index]
    }

    /// The first instant after a day.
    package func end(of day: Day) -> Date {
        start(of: day.advanced(by: 1))
    }

    /// The day an instant falls into.
    package func day(containing instant: Date) -> Day {
        // A zone is at most 14 hours from UTC, and a day at most an hour or two from 24: look around the UTC day.
        let utcDay = Day(containing: instant)
        for candidate in [utcDay.advanced(by: 1), utcDay] where start(of: candidate) <= instant { return candidate }
        return utcDay.advanced(by: -1)
    }
}
