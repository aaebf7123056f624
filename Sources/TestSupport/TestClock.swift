import Synchronization

/// A clock that moves only when told. With `skipsWaits` it jumps to the end of every wait at once, so that code which
/// waits for hours runs in no time; `waits` tells how long it would have waited.
package final class TestClock: Clock, Sendable {
    /// A moment, counted from the making of the clock.
    package struct Instant: InstantProtocol {
        package let offset: Duration

        package init(offset: Duration) {
            self.offset = offset
        }

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var waits: [Duration] = []
        var lastSleeper = 0
        var sleepers: [Int: Sleeper] = [:]
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let skipsWaits: Bool

    /// - Parameter skipsWaits: whether time jumps to the end of every wait at once.
    package init(skipsWaits: Bool = false) {
        self.skipsWaits = skipsWaits
    }

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// How long each wait was meant to be, in the order they began.
    package var waits: [Duration] { state.withLock { $0.waits } }

    /// How many tasks wait now.
    package var sleeping: Int { state.withLock { $0.sleepers.count } }

    /// Moves time on, and ends the waits that are over then.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns as soon as this many tasks wait at once.
    package func sleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                guard state.sleepers.count < count else { return true }
                state.observers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try Task.checkCancellation()
        let number = state.withLock { state in
            state.lastSleeper += 1
            if deadline > state.now { state.waits.append(state.now.duration(to: deadline)) }
            if skipsWaits { state.now = max(state.now, deadline) }
            return state.lastSleeper
        }
        guard !skipsWaits else { return await Task.yield() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                sleep(number, until: deadline, continuation)
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func sleep(_ number: Int, until deadline: Instant, _ continuation: CheckedContinuation<Void, any Error>) {
        let (isOver, reached) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
            if deadline <= state.now || Task.isCancelled { return (true, []) }
            state.sleepers[number] = Sleeper(deadline: deadline, continuation: continuation)
            let count = state.sleepers.count
            let reached = state.observers.filter { $0.count <= count }
            state.observers.removeAll { $0.count <= count }
            return (false, reached.map(\.continuation))
        }
        for observer in reached { observer.resume() }
        guard isOver else { return }
        if Task.isCancelled { continuation.resume(throwing: CancellationError()) } else { continuation.resume() }
    }
}
