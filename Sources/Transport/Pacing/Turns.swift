import Synchronization

/// Lets so many requests be under way at once, first come, first served.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var lastNumber = 0
        /// In the order of their numbers.
        var waiting: [(number: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let state: Mutex<State>

    /// - Parameter count: requests under way at once, at least one.
    init(count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// How many wait for a turn now.
    var waiting: Int {
        state.withLock { $0.waiting.count }
    }

    /// Waits for a turn, which must be ended.
    ///
    /// - Throws: `CancellationError`; then there is no turn to end.
    func begin() async throws {
        try Task.checkCancellation()
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(number, $0) }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func wait(_ number: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            // Cancelled before it waited, so the handler has found nothing to end.
            if Task.isCancelled { return .failure(CancellationError()) }
            guard state.free == 0 else {
                state.free -= 1
                return .success(())
            }
            state.waiting.append((number, continuation))
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    /// Ends a turn; whoever has waited longest is next.
    func end() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
