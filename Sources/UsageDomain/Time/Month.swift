/// A calendar month. Facts are partitioned by month, so a window never crosses one.
package struct Month: Hashable, Sendable, CustomStringConvertible {
    package let year: Int
    /// 1…12.
    package let month: Int

    package init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// Number of days, 28…31.
    package var length: Int {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// All days of the month.
    package var days: Range<Day> {
        let first = Day(unchecked: year, month: month, day: 1)
        return first..<first.advanced(by: length)
    }

    /// `2025-02`.
    package var description: String {
        "\(year.padded(to: 4))-\(month.padded(to: 2))"
    }

    private var isLeapYear: Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}
