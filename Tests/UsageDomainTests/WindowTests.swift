import Testing
import UsageDomain

struct WindowTests {
    let february = Window(dataset: .organizationQuery, days: Month(year: 2020, month: 2).days)

    @Test func `a month is a window with both its ends in words`() {
        #expect(february.description == "organization_query 2020-02-01..2020-02-29")
        #expect(february.days.count == 29)
    }

    @Test func `halves and single days are the same days again`() throws {
        let (early, late) = try #require(february.halves)
        #expect(Array(early.days) + Array(late.days) == Array(february.days))
        #expect(february.singleDays.flatMap { Array($0.days) } == Array(february.days.reversed()))
    }

    @Test func `a single day has no halves`() throws {
        #expect(try #require(february.singleDays.first).halves == nil)
    }

    @Test(arguments: [(9_000, false), (10_000, true), (10_001, false), (20_000, true), (0, false), (1_000_000, true)])
    func `a round number of rows from ten thousand on is suspected of a cap`(rows: Int64, suspected: Bool) {
        #expect(CapSuspicion.isSuspicious(rows: rows) == suspected)
    }
}
