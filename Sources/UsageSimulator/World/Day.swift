package import FoundationEssentials

extension World {
    /// A UTC calendar day of the proleptic Gregorian calendar.
    ///
    /// Counted by integer arithmetic alone, so that it shares nothing with the code that is tested against it.
    package struct Day: Hashable, Comparable, Sendable {
        /// Days since 1970-01-01.
        package let number: Int

        package init(number: Int) {
            self.number = number
        }

        /// The day of a civil date; a month or day out of range runs on into its neighbours.
        package init(_ year: Int, _ month: Int, _ day: Int) {
            let shiftedYear = month <= 2 ? year - 1 : year
            let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
            let yearOfEra = shiftedYear - era * 400
            let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
            let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            number = era * 146_097 + dayOfEra - 719_468
        }

        /// The day written as `yyyy-MM-dd`; nil for any other text and for days that no calendar has.
        package init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.map(\.utf8.count) == [4, 2, 2],
                parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
                let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
            else { return nil }
            self.init(year, month, day)
            guard description == text else { return nil }
        }

        /// The day into which an instant falls, in UTC.
        package init(containing instant: Date) {
            number = Int((instant.timeIntervalSince1970 / 86_400).rounded(.down))
        }

        /// The first instant of the day.
        package var start: Date {
            Date(timeIntervalSince1970: Double(number) * 86_400)
        }

        /// Year, month and day of the month.
        package var civil: (year: Int, month: Int, day: Int) {
            let shifted = number + 719_468
            let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
            let dayOfEra = shifted - era * 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shiftedMonth = (5 * dayOfYear + 2) / 153
            let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
            let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
            return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        }

        /// The Monday of the ISO week.
        package var monday: Day {
            // 1970-01-01 was a Thursday.
            let daysSinceMonday = ((number + 3) % 7 + 7) % 7
            return Day(number: number - daysSinceMonday)
        }

        /// The first day of the month.
        package var firstOfMonth: Day {
            Day(number: number - civil.day + 1)
        }

        package static func < (left: Day, right: Day) -> Bool {
            left.number < right.number
        }
    }
}

extension World.Day: Strideable {
    package func distance(to other: World.Day) -> Int {
        other.number - number
    }

    package func advanced(by days: Int) -> World.Day {
        World.Day(number: number + days)
    }
}

extension World.Day: CustomStringConvertible {
    /// `yyyy-MM-dd`.
    package var description: String {
        let (year, month, day) = civil
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
