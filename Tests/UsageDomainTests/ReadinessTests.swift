import Foundation
import Testing

@testable import UsageDomain

struct ReadinessTests {
    private func query(_ days: Int = 31, _ dataset: Dataset = .organizationQuery, part: String = "") -> Query {
        let first = Day(daysSinceEpoch: 0)
        return Query(Window(dataset: dataset, days: first..<first.advanced(by: days)), part: part)
    }

    private func ready(after seconds: Double, polls: Int = 1) -> Readiness {
        Readiness(after: .seconds(seconds), polls: polls)
    }

    @Test func `an answer was ready between the last poll in vain and the next one`() {
        let readiness = Readiness(seenRunning: .seconds(8), seenReady: .seconds(12), polls: 3)
        #expect(readiness == ready(after: 10, polls: 3))
        #expect(!readiness.wasReadyAtOnce)
    }

    @Test func `an answer that is there at the first poll may have been ready before`() {
        let readiness = Readiness(seenRunning: nil, seenReady: .seconds(20), polls: 1)
        #expect(readiness == ready(after: 15))
        #expect(readiness.wasReadyAtOnce)
    }

    @Test func `nothing is expected of what was never seen`() {
        var history = ReadinessHistory()
        #expect(history.expected(query()) == nil)
        history.add(ready(after: 5), of: query())
        #expect(history.expected(query()) == .seconds(5))
        #expect(history.expected(query(1)) == nil)
        #expect(history.expected(query(31, .clientQuery)) == nil)
        #expect(history.expected(query(part: "GET")) == .seconds(5))
        #expect(history.expected(query(part: Query.totals)) == nil, "sums are sooner ready than rows")
    }

    @Test(arguments: [(1, 1, true), (2, 7, true), (8, 31, true), (1, 2, false), (7, 8, false)])
    func `windows of about the same size are of one kind`(one: Int, other: Int, isSame: Bool) {
        var history = ReadinessHistory()
        history.add(ready(after: 5), of: query(one))
        #expect((history.expected(query(other)) != nil) == isSame)
    }

    @Test func `half of the latest were ready by then, whatever was before`() {
        var history = ReadinessHistory()
        for seconds in [9.0, 1, 5, 100] { history.add(ready(after: seconds), of: query()) }
        #expect(history.expected(query()) == .seconds(7))
        for _ in 0..<ReadinessHistory.length { history.add(ready(after: 2), of: query()) }
        #expect(history.expected(query()) == .seconds(2))
    }

    @Test func `where waiting longer never helps, it is done every fourth time only`() {
        var history = ReadinessHistory()
        for count in 1..<ReadinessHistory.patience {
            history.add(ready(after: Double(count), polls: 2), of: query())
            #expect(history.expected(query()) != nil)
        }
        var expectations = 0
        for _ in 0..<40 {
            history.add(ready(after: 10, polls: 2), of: query())
            if history.expected(query()) != nil { expectations += 1 }
        }
        #expect(expectations == 10)
        history.add(ready(after: 10), of: query())
        #expect(history.expected(query()) != nil)
    }
}
