import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite(.inTurn, .timeLimit(.minutes(30))) struct AlarmClockTests {
    private let clock = AlarmClock()
    private let heard = Heard()

    private final class Heard: Sendable {
        private let numbers = Mutex<[Int]>([])
        var all: [Int] { numbers.withLock { $0 } }
        func note(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    private func set(_ number: Int, after pause: Duration) -> AlarmClock.Alarm {
        clock.set(at: .now + pause) { [heard] in heard.note(number) }
    }

    @Test func `alarms go off by their moments, whatever the order in which they were set`() async throws {
        _ = set(3, after: .milliseconds(30))
        try clock.start()
        _ = set(2, after: .milliseconds(20))
        _ = set(4, after: .seconds(600))
        _ = set(1, after: .zero)
        try await eventually("all but the last are heard") { heard.all.count == 3 }
        #expect(Set(heard.all) == [1, 2, 3])
        #expect(heard.all.last == 3 || heard.all.last == 2)
    }

    @Test func `an alarm that was taken back is not heard, and neither wakes nor holds anything`() async throws {
        try clock.start()
        let object = Mutex<Heard?>(Heard())
        weak let held = object.withLock { $0 }
        let alarm = object.withLock { held in
            clock.set(at: .now + .milliseconds(50)) { [held] in held?.note(1) }
        }
        object.withLock { $0 = nil }
        #expect(held != nil)
        clock.cancel(alarm)
        #expect(held == nil)
        _ = set(2, after: .milliseconds(60))
        try await eventually("the next one is heard") { heard.all == [2] }
    }

    @Test func `a thousand alarms from many tasks are all heard`() async throws {
        try clock.start()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...1_000 {
                group.addTask { _ = set(number, after: .milliseconds(number % 7)) }
            }
        }
        try await eventually("all are heard") { heard.all.count == 1_000 }
        #expect(Set(heard.all) == Set(1...1_000))
    }
}
