import Testing
import UsageDomain
import Warehouse

@testable import Ingest

@Suite struct DatasetBreakerTests {
    private func window(_ month: Int, _ dataset: Dataset = .organizationQuery, of client: String = "") -> Window {
        Window(dataset: dataset, clientID: client, days: Month(year: 2025, month: month).days)
    }

    private func failure(_ kind: FetchFailureKind) -> WindowResult {
        var result = WindowResult()
        result.failed = 1
        result.obstacle = WindowResult.Obstacle(kind: kind, reason: "why")
        return result
    }

    private var success: WindowResult {
        var result = WindowResult()
        result.stored = 1
        return result
    }

    @Test(arguments: [FetchFailureKind.refused, .unavailable, .badAnswer])
    func `three windows that fail alike are enough, and told once`(kind: FetchFailureKind) {
        var breaker = DatasetBreaker()
        #expect(breaker.note(window(1), failure(kind)) == [])
        #expect(breaker.note(window(2), failure(kind)) == [])
        let trips = breaker.note(window(3), failure(kind))
        #expect(trips == [DatasetBreaker.Trip(dataset: .organizationQuery, clientID: "", reason: "why")])
        #expect(trips.first?.covers(window(4)) == true)
        #expect(trips.first?.covers(window(4, .organizationJobs)) == false)
        #expect(breaker.note(window(4), failure(kind)) == [])
        #expect(breaker.working == [])
    }

    @Test(arguments: [0, 1, 2])
    func `one window that was stored is enough to go on`(place: Int) {
        var breaker = DatasetBreaker()
        for month in 0..<12 {
            let result = month == place ? success : failure(.refused)
            #expect(breaker.note(window(month + 1), result) == [])
        }
        #expect(breaker.working == [.dataset(.organizationQuery, clientID: "")])
    }

    @Test(arguments: [
        [FetchFailureKind.refused, .unavailable, .refused, .refused, .refused],
        [.badAnswer, .refused, .refused, .refused], [.badAnswer, .badAnswer, .unavailable, .badAnswer],
    ])
    func `failures that are not of one kind leave it open`(kinds: [FetchFailureKind]) {
        var breaker = DatasetBreaker()
        for (month, kind) in kinds.enumerated() {
            #expect(breaker.note(window(month + 1), failure(kind)) == [])
        }
    }

    @Test func `one right day of a window is enough to go on`() {
        var breaker = DatasetBreaker()
        var result = failure(.badAnswer)
        result.stored = 1
        #expect(breaker.note(window(1), result) == [])
        for month in 2...6 { #expect(breaker.note(window(month), failure(.badAnswer)) == []) }
    }

    @Test func `one window that fails three times is one failure`() {
        var breaker = DatasetBreaker()
        for _ in 0..<5 { #expect(breaker.note(window(1), failure(.refused)) == []) }
    }

    @Test func `a client fails by itself, and three clients are the dataset`() {
        var breaker = DatasetBreaker()
        for month in 1...2 { #expect(breaker.note(window(month, .clientQuery, of: "a"), failure(.unavailable)) == []) }
        let trips = breaker.note(window(3, .clientQuery, of: "a"), failure(.unavailable))
        #expect(trips.map(\.clientID) == ["a"])
        #expect(trips.first?.covers(window(4, .clientQuery, of: "a")) == true)
        #expect(trips.first?.covers(window(4, .clientQuery, of: "b")) == false)
        #expect(breaker.note(window(1, .clientQuery, of: "b"), failure(.unavailable)) == [])
        let others = breaker.note(window(1, .clientQuery, of: "c"), failure(.unavailable))
        #expect(others.map(\.clientID) == [""])
        #expect(others.first?.covers(window(9, .clientQuery, of: "z")) == true)
    }

    @Test func `a client that works keeps the dataset going, and not the other clients`() {
        var breaker = DatasetBreaker()
        #expect(breaker.note(window(1, .clientJobs, of: "a"), success) == [])
        for client in ["b", "c", "d"] {
            #expect(breaker.note(window(1, .clientJobs, of: client), failure(.refused)) == [])
        }
        _ = breaker.note(window(2, .clientJobs, of: "b"), failure(.refused))
        #expect(breaker.note(window(3, .clientJobs, of: "b"), failure(.refused)).map(\.clientID) == ["b"])
        #expect(breaker.working == [.dataset(.clientJobs, clientID: "a"), .dataset(.clientJobs, clientID: "")])
    }

    @Test func `what stops the source says nothing of its datasets`() {
        var breaker = DatasetBreaker()
        for month in 1...5 {
            var result = failure(.refused)
            result.stop = WindowResult.Stop(kind: .refused, reason: "why")
            #expect(breaker.note(window(month, .channelUsage), result) == [])
        }
    }
}
