import Testing
import UsageDomain

@testable import struct Ingest.WindowQueue

struct WindowQueueTests {
    func planned(_ dataset: Dataset, _ range: String) -> PlannedWindow {
        PlannedWindow(window: Window(dataset: dataset, days: PassBench.days(range)), priority: .daily)
    }

    @Test func `windows come in their order`() {
        var queue = WindowQueue([
            planned(.organizationQuery, "2025-02-01..2025-02-28"), planned(.clientQuery, "2025-02-01..2025-02-28"),
        ])
        #expect(queue.next()?.dataset == .organizationQuery)
        #expect(queue.next()?.dataset == .clientQuery)
        #expect(queue.next() == nil)
        #expect(queue.isEmpty)
        #expect(queue.working == 2)
    }

    @Test func `a simple search waits for the organization query of its day, and for no other`() throws {
        var queue = WindowQueue([
            planned(.simplesearch, "2025-02-28..2025-02-28"), planned(.organizationQuery, "2025-02-01..2025-02-28"),
            planned(.simplesearch, "2025-01-31..2025-01-31"), planned(.simplesearch, "2025-02-01..2025-02-01"),
        ])
        let next = queue.next()
        let month = try #require(next)
        #expect(month.dataset == .organizationQuery)
        #expect(queue.next()?.firstDay == Day("2025-01-31"))
        #expect(queue.next() == nil)
        #expect(!queue.isEmpty)
        queue.finish(month)
        #expect(queue.next()?.firstDay == Day("2025-02-28"))
        #expect(queue.next()?.firstDay == Day("2025-02-01"))
    }

    @Test func `windows that are owed no more are taken out`() {
        var queue = WindowQueue([
            planned(.clientQuery, "2025-02-01..2025-02-28"), planned(.clientQuery, "2025-01-01..2025-01-31"),
            planned(.organizationQuery, "2025-01-01..2025-01-31"),
        ])
        let removed = queue.remove { $0.dataset == .clientQuery }
        #expect(removed.count == 2)
        #expect(queue.next()?.dataset == .organizationQuery)
        queue.removeAll()
        #expect(queue.next() == nil)
    }
}
