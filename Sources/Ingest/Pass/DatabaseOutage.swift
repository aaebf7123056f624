import Synchronization

/// Knows whether anybody waits for the database, so that its coming and going are told once.
final class DatabaseOutage: Sendable {
    private struct State {
        var waiting = 0
        /// Nil while the database is there.
        var beganAt: Duration?
    }

    private let state = Mutex(State())

    /// Somebody begins to wait.
    ///
    /// - Parameter moment: when the work was first tried.
    /// - Returns: whether that is news.
    func enter(at moment: Duration) -> Bool {
        state.withLock { state in
            state.waiting += 1
            guard state.beganAt == nil else { return false }
            state.beganAt = moment
            return true
        }
    }

    /// Somebody who waited gives up; whether the database is back is not known.
    func leave() {
        state.withLock { $0.waiting -= 1 }
    }

    /// Somebody's work was taken, or refused for good.
    ///
    /// - Returns: how long the outage was, when nobody waits any more; nil when there is none, or not yet an end to it.
    func answered(afterWaiting hasWaited: Bool, at moment: Duration) -> Duration? {
        state.withLock { state in
            if hasWaited { state.waiting -= 1 }
            guard state.waiting == 0, let began = state.beganAt else { return nil }
            state.beganAt = nil
            return moment - began
        }
    }
}
