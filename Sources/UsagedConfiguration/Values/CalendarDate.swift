package import FoundationEssentials

/// A day of the Gregorian calendar, without a zone.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01, as SQL's `date` counts them from another origin.
    package let daysSinceUnixEpoch: Int32

    package init(daysSinceUnixEpoch: Int32) {
        self.daysSinceUnixEpoch = daysSinceUnixEpoch
    }

    /// The UTC day that holds an instant.
    package init(utcDayOf instant: Date) {
        self.init(daysSinceUnixEpoch: Int32((instant.timeIntervalSince1970 / 86_400).rounded(.down)))
    }

    /// Reads `yyyy-MM-dd`; nil for any other spelling and for a day that no month has.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }) else { return nil }
        let components = DateComponents(
            calendar: Self.utc, year: Int(parts[0]), month: Int(parts[1]), day: Int(parts[2]))
        guard components.isValidDate, let midnight = components.date else { return nil }
        self.init(utcDayOf: midnight)
    }

    /// Midnight UTC at the beginning of the day.
    package var startInUTC: Date { Date(timeIntervalSince1970: Double(daysSinceUnixEpoch) * 86_400) }

    /// `yyyy-MM-dd`.
    package var description: String {
        startInUTC.formatted(.iso8601.year().month().day())
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.daysSinceUnixEpoch < right.daysSinceUnixEpoch
    }

    private static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
