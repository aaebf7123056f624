import Synchronization
import TestSupport

/// A clock that moves on by itself, to the end of the shortest wait, as soon as everybody who works on it waits.
///
/// What takes real time, such as an HTTP exchange or a transaction, takes none on it.
final class WorkClock: Clock, Sendable {
    typealias Instant = TestClock.Instant

    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var working = 0
        var lastSleeper = 0
        var sleepers: [Int: Sleeper] = [:]

        /// Ends the shortest wait, and those that end with it, if everybody waits.
        mutating func moveOn() -> [Sleeper] {
            guard sleepers.count >= working, let next = sleepers.values.map(\.deadline).min() else { return [] }
            now = max(now, next)
            let due = sleepers.filter { $0.value.deadline <= now }
            for number in due.keys { sleepers[number] = nil }
            return due.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .nanoseconds(1) }

    /// Takes note of somebody who works from now on.
    func begin() {
        state.withLock { $0.working += 1 }
    }

    /// Takes note of somebody who does not work any more.
    func end() {
        let due = state.withLock { state in
            state.working -= 1
            return state.moveOn()
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try Task.checkCancellation()
        let number = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                sleep(number, Sleeper(deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func sleep(_ number: Int, _ sleeper: Sleeper) {
        guard !Task.isCancelled else { return sleeper.continuation.resume(throwing: CancellationError()) }
        let due = state.withLock { state -> [Sleeper] in
            guard sleeper.deadline > state.now else { return [sleeper] }
            state.sleepers[number] = sleeper
            return state.moveOn()
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
