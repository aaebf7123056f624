/// A calendar day, counted from 1970-01-01.
///
/// Days of the Genesys Cloud datasets are UTC days (contract, section 3: "Day boundary = UTC"). The type is plain
/// arithmetic on the proleptic Gregorian calendar, so that no time zone, locale or calendar can change an answer.
package struct Day: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; negative before it.
    package let daysSinceEpoch: Int

    package init(daysSinceEpoch: Int) {
        self.daysSinceEpoch = daysSinceEpoch
    }

    /// The day of a calendar date, or nil when there is no such date (2025-02-29) or its year is outside 1…9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Month(year: year, month: month).length).contains(day)
        else { return nil }
        self.init(unchecked: year, month: month, day: day)
    }

    init(unchecked year: Int, month: Int, day: Int) {
        // Years are counted from March so that the leap day is the last of its year: then the day of the year is
        // a linear function of the month. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let marchYear = month > 2 ? year : year - 1
        let era = marchYear.flooredQuotient(by: 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
    }

    package static func < (left: Day, right: Day) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    /// Year, month (1…12) and day of the month (1…31).
    package var components: (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// The month this day is in.
    package var month: Month {
        let (year, month, _) = components
        return Month(year: year, month: month)
    }
}

extension Day: Strideable {
    package func distance(to other: Day) -> Int {
        other.daysSinceEpoch - daysSinceEpoch
    }

    package func advanced(by days: Int) -> Day {
        Day(daysSinceEpoch: daysSinceEpoch + days)
    }
}

extension Int {
    /// Division that rounds towards negative infinity, as calendar arithmetic before 1970 needs.
    fileprivate func flooredQuotient(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
