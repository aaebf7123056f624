import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30)))
struct `A test clock` {
    let clock = TestClock()

    @Test func `wakes a sleeper when it is moved to its deadline, not before`() async throws {
        async let slept: Void = clock.sleep(for: .seconds(10))
        await clock.sleepers(1)
        clock.advance(by: .seconds(9))
        #expect(clock.sleeping == 1)
        clock.advance(by: .seconds(1))
        try await slept
        #expect(clock.sleeping == 0)
        #expect(clock.waits == [.seconds(10)])
    }

    @Test func `does not let anybody sleep until a moment that has passed`() async throws {
        clock.advance(by: .seconds(5))
        try await clock.sleep(until: .init(offset: .seconds(5)))
        #expect(clock.waits.isEmpty)
    }

    @Test func `wakes a cancelled sleeper with an error`() async throws {
        let clock = clock
        let task = Task { try await clock.sleep(for: .seconds(10)) }
        await clock.sleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeping == 0)
    }

    @Test func `jumps over waits when it is told to, and tells how long they were`() async throws {
        let clock = TestClock(skipsWaits: true)
        try await clock.sleep(for: .seconds(3600))
        try await clock.sleep(for: .seconds(60))
        #expect(clock.waits == [.seconds(3600), .seconds(60)])
        #expect(clock.now == .init(offset: .seconds(3660)))
    }
}
