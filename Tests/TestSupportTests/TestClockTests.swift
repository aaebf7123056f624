import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A test clock` {
    let clock = TestClock()

    @Test func `wakes a sleeper when it is moved to its deadline, not before`() async throws {
        async let slept: Void = clock.sleep(for: .seconds(10))
        #expect(try await clock.nextSleeper() == .seconds(10))
        clock.advance(by: .seconds(9))
        #expect(try await clock.nextSleeper() == .seconds(1))
        clock.advance(by: .seconds(1))
        try await slept
        #expect(clock.deadlines.isEmpty)
    }

    @Test func `does not let anybody sleep until a moment that has passed`() async throws {
        clock.advance(by: .seconds(5))
        try await clock.sleep(until: .init(offset: .seconds(5)))
    }

    @Test func `wakes a cancelled sleeper with an error`() async throws {
        let clock = clock
        let task = Task { try await clock.sleep(for: .seconds(10)) }
        try await clock.nextSleeper()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.deadlines.isEmpty)
    }
}
