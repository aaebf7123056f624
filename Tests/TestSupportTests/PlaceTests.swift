import Synchronization
import Testing

@testable import TestSupport

@Suite(.timeLimit(.minutes(30)))
struct PlaceTests {
    /// Counts who is inside.
    private final class Room: Sendable {
        private struct Count {
            var inside = 0
            var most = 0
            var entered = 0
        }

        private let count = Mutex(Count())

        var most: Int { count.withLock { $0.most } }
        var entered: Int { count.withLock { $0.entered } }

        func enter() {
            count.withLock { count in
                count.inside += 1
                count.entered += 1
                count.most = max(count.most, count.inside)
            }
        }

        func leave() {
            count.withLock { $0.inside -= 1 }
        }
    }

    private struct Mishap: Error {}

    @Test func `no more tests are at work than there are places, and each gets one in the end`() async throws {
        let places = TestPlaces(count: 2)
        let room = Room()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await places.withPlace {
                        room.enter()
                        for _ in 0..<10 { await Task.yield() }
                        room.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(room.most <= 2)
        #expect(room.entered == 20)
    }

    @Test func `a place is free again after an error`() async throws {
        let places = TestPlaces(count: 1)
        for _ in 0..<2 {
            await #expect(throws: Mishap.self) { try await places.withPlace { throw Mishap() } }
        }
    }

    @Test func `who has a place needs no second one`() async throws {
        let places = TestPlaces(count: 1)
        let room = Room()
        try await places.withPlace {
            try await places.withPlace { room.enter() }
        }
        #expect(room.entered == 1)
    }
}
