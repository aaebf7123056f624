import Synchronization

/// What the work on a source must know of its lock while it goes on.
final class SourceHold: Sendable {
    private struct State {
        var isForfeited = false
        var isWanted = false
        var error: (any Error)?
    }

    private let state = Mutex(State())
    private let taken: ContinuousClock.Instant
    private let policy: HoldPolicy

    init(taken: ContinuousClock.Instant, policy: HoldPolicy) {
        self.taken = taken
        self.policy = policy
    }

    /// Whether the lock was lost and another process works, or worked, on the source since: what was planned may be done.
    var isForfeited: Bool { state.withLock { $0.isForfeited } }
    /// Why the lock could not be had again; nil when it could, or another process has it.
    var error: (any Error)? { state.withLock { $0.error } }
    /// Whether it is another's turn: someone waits for the source, and it was held for a while.
    var isDue: Bool {
        state.withLock { $0.isWanted } && ContinuousClock.now - taken >= policy.turn
    }

    /// - Returns: whether that is news.
    func note(isWanted: Bool) -> Bool {
        state.withLock { state in
            defer { state.isWanted = isWanted }
            return state.isWanted != isWanted
        }
    }

    func forfeit(because error: (any Error)? = nil) {
        state.withLock { state in
            state.isForfeited = true
            state.error = error
        }
    }
}
