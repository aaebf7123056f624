import Postgres
import ServiceLifecycleTestKit
import Synchronization
import TestSupport
import Testing
import Timekeeping

import enum Ingest.PassEvent

@testable import struct Ingest.DatabasePatience

@Suite struct DatabasePatienceTests {
    private let lost = PostgresError.connectionLost("server closed the connection")

    /// A patience whose waits cost no time.
    private func patience(
        delays: [Duration] = DatabasePatience.standardDelays,
        limit: Duration? = DatabasePatience.standardLimit,
        _ clock: TestClock = TestClock(skipsWaits: true)
    ) -> DatabasePatience {
        DatabasePatience(delays: delays, limit: limit, timekeeper: Timekeeper(clock))
    }

    /// Fails with the errors one after the other, then succeeds; says how often it was tried and what was told.
    private func attempt(
        _ errors: [any Error], _ patience: DatabasePatience? = nil
    ) async -> (result: Result<String, any Error>, attempts: Int, told: [String]) {
        let remaining = Mutex(errors[...])
        let attempts = Mutex(0)
        let told = EventLog<[String]>([])
        do {
            let value = try await (patience ?? self.patience()).attempt(onEvent: { note($0, in: told) }) {
                attempts.withLock { $0 += 1 }
                if let error = remaining.withLock({ $0.popFirst() }) { throw error }
                return "stored"
            }
            return (.success(value), attempts.withLock { $0 }, told.value)
        } catch {
            return (.failure(error), attempts.withLock { $0 }, told.value)
        }
    }

    /// That the database is asked is told each time, and is no news.
    private func note(_ event: PassEvent, in told: EventLog<[String]>) {
        if case .databaseAsked = event { return }
        told.append(name(of: event))
    }

    @Test func `what succeeds is done once, and nothing is told`() async throws {
        let (result, attempts, told) = await attempt([])
        #expect(try result.get() == "stored")
        #expect(attempts == 1)
        #expect(told == [])
    }

    @Test func `what may succeed later is tried again, and that is told once at either end`() async throws {
        let (result, attempts, told) = await attempt([lost, PostgresError.deadlineExceeded(during: "COMMIT"), lost])
        #expect(try result.get() == "stored")
        #expect(attempts == 4)
        #expect(told == ["away: connection to PostgreSQL lost: server closed the connection", "back"])
    }

    @Test func `the waits are neither a busy loop nor longer than two and a half seconds`() async throws {
        let clock = TestClock(skipsWaits: true)
        let (result, _, _) = await attempt(Array(repeating: lost, count: 500), patience(limit: nil, clock))
        #expect(try result.get() == "stored")
        #expect(clock.waits.count == 500)
        #expect(clock.waits.allSatisfy { .milliseconds(150)...(.milliseconds(2_500)) ~= $0 })
        #expect(clock.waits.dropFirst(3).allSatisfy { $0 >= .milliseconds(1_500) })
        // Many that wait do not come all at the same moment.
        #expect(Set(clock.waits.dropFirst(3)).count > 400)
    }

    @Test func `a limit ends the waiting after its time, with the last error`() async {
        let clock = TestClock(skipsWaits: true)
        let (result, attempts, told) = await attempt(Array(repeating: lost, count: 10_000), patience(clock))
        #expect(throws: PostgresError.self) { try result.get() }
        let waited = clock.waits.reduce(.zero, +)
        #expect(waited >= .seconds(300) && waited < .seconds(303))
        #expect(attempts == clock.waits.count + 1)
        #expect((120...205).contains(attempts))
        #expect(told.count == 1)
    }

    @Test func `without a limit the waiting has no end`() async throws {
        let clock = TestClock(skipsWaits: true)
        let (result, attempts, told) = await attempt(Array(repeating: lost, count: 50_000), patience(limit: nil, clock))
        #expect(try result.get() == "stored")
        #expect(attempts == 50_001)
        // A day and more.
        #expect(clock.waits.reduce(.zero, +) > .seconds(86_400))
        #expect(told.count == 2)
    }

    @Test func `without delays, or without time, there is one attempt`() async {
        for patience in [patience(delays: []), patience(limit: .zero)] {
            let (result, attempts, told) = await attempt([lost, lost], patience)
            #expect(throws: PostgresError.self) { try result.get() }
            #expect(attempts == 1)
            #expect(told == [])
        }
    }

    @Test(arguments: [
        PostgresError.poolClosed, .invalidConninfo("no"), .invalidValue("NUL"), .transactionAborted, .misuse("nested"),
    ])
    func `what would fail again is not tried again`(error: PostgresError) async {
        let (result, attempts, told) = await attempt([error])
        #expect(throws: PostgresError.self) { try result.get() }
        #expect(attempts == 1)
        #expect(told == [])
    }

    @Test func `a refusal that is not the database's absence shows that it is back`() async {
        struct Other: Error {}
        let (result, attempts, told) = await attempt([lost, Other()])
        #expect(throws: Other.self) { try result.get() }
        #expect(attempts == 2)
        #expect(told.count == 2)
    }

    @Test func `a cancellation of the work ends it at once and tells of no return`() async {
        let (result, attempts, told) = await attempt([lost, CancellationError()])
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(attempts == 2)
        #expect(told.count == 1)
    }

    @Test(.timeLimit(.minutes(30))) func `a cancellation ends the wait`() async {
        let clock = TestClock()
        let patience = patience(clock)
        let lost = lost
        let attempt = Task { try await patience.attempt { throw lost } }
        await clock.sleepers(1)
        attempt.cancel()
        await #expect(throws: CancellationError.self) { try await attempt.value }
    }

    @Test(.timeLimit(.minutes(30))) func `a graceful shutdown ends the wait, too`() async {
        let clock = TestClock()
        let patience = patience(limit: nil, clock)
        let lost = lost
        await testGracefulShutdown { trigger in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        try await patience.attempt { throw lost }
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                await clock.sleepers(1)
                trigger.triggerGracefulShutdown()
                #expect(await group.next() == true)
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `however many wait, their outage is told once when it begins and once when the last goes on`() async throws {
        let clock = TestClock()
        let patience = patience(delays: [.seconds(1)], limit: nil, clock)
        let told = EventLog<[String]>([])
        let lost = lost
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    try await patience.attempt(onEvent: { note($0, in: told) }) {
                        if clock.now.offset < .seconds(7) { throw lost }
                    }
                }
            }
            for _ in 0..<3 {
                await clock.sleepers(5)
                // Some work that is taken meanwhile, be it a reading, does not end the outage of those that wait.
                try await patience.attempt(onEvent: { note($0, in: told) }) {}
                clock.advance(by: .seconds(2))
            }
            await clock.sleepers(5)
            #expect(told.value.count == 1)
            clock.advance(by: .seconds(2))
            try await group.waitForAll()
        }
        #expect(told.value.map { $0.prefix(4) } == ["away", "back"])
    }

    @Test func `when all that waited gave up, the next success ends the outage`() async throws {
        let patience = patience()
        let (result, _, first) = await attempt([lost, CancellationError()], patience)
        #expect(throws: CancellationError.self) { try result.get() }
        let (_, _, second) = await attempt([lost], patience)
        let (_, _, third) = await attempt([], patience)
        #expect((first + second + third).map { $0.prefix(4) } == ["away", "back"])
    }
}

/// `away: reason` or `back`.
private func name(of event: PassEvent) -> String {
    switch event {
    case .databaseAway(let reason): "away: \(reason)"
    case .databaseBack: "back"
    default: "\(event)"
    }
}
