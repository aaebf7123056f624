import Foundation
import Testing
import UsageDomain

struct DayTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2020-02-29", 18_321), ("0001-01-01", -719_162),
        ("9999-12-31", 2_932_896),
    ])
    func `a date is its number of days since 1970`(text: String, days: Int) throws {
        let day = try #require(Day(text))
        #expect(day.daysSinceEpoch == days)
        #expect(day.description == text)
    }

    @Test(arguments: [
        "2025-02-29", "1900-02-29", "2025-13-01", "2025-00-10", "2025-01-32", "2025-1-01", "25-01-01", "",
        "2025-01-01 ",
        "2025/01/01", "٢٠٢٥-٠١-٠١", "-025-01-01", "2025-04-31",
    ])
    func `what is not a date is refused`(text: String) {
        #expect(Day(text) == nil)
    }

    @Test func `days agree with Foundation's calendar over four centuries`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for number in stride(from: -30_000, through: 120_000, by: 17) {
            let day = Day(daysSinceEpoch: number)
            let parts = calendar.dateComponents([.year, .month, .day], from: day.start)
            #expect(parts.year == day.components.year)
            #expect(parts.month == day.components.month)
            #expect(parts.day == day.components.day)
            #expect(Day(day.description) == day)
            #expect(Day(containing: day.start) == day)
            #expect(Day(containing: day.end) == day.advanced(by: 1))
            #expect(day.month.days.contains(day))
        }
    }
}
