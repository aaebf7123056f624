import Testing
import UsageDomain
import Warehouse

@testable import Ingest

@Suite struct SentRequestsTests {
    @Test func `requests are counted by day until they are taken, and again when they are given back`() {
        let sent = SentRequests()
        let (first, second) = (Day(daysSinceEpoch: 1), Day(daysSinceEpoch: 2))
        sent.note(status: 200, on: first)
        sent.note(status: 429, on: first)
        sent.note(status: nil, on: second)
        let taken = sent.take()
        #expect(taken == [first: RequestCount(requests: 2, throttled: 1), second: RequestCount(requests: 1)])
        #expect(sent.take().isEmpty)
        sent.note(status: 429, on: second)
        sent.giveBack(taken)
        #expect(
            sent.take() == [
                first: RequestCount(requests: 2, throttled: 1), second: RequestCount(requests: 2, throttled: 1),
            ])
    }
}
