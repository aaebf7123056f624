import Synchronization

/// Lets requests go or holds them back, whatever the budget would allow.
///
/// Whoever opens it does so until a moment, and again before that comes: when it does not come back in time, because
/// its process slept or its machine was too busy, the gate has closed by itself. Time is that of the machine, not a
/// timekeeper's, since what is waited for is the machine's own links.
package final class RequestGate: Sendable {
    private enum Stance {
        /// Open until the moment; nil until told otherwise.
        case open(until: ContinuousClock.Instant?)
        case closed
        case refused
    }

    private struct State {
        var stance = Stance.open(until: nil)
        var lastNumber = 0
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state = Mutex(State())

    /// Makes a gate that is open until it is told otherwise.
    package init() {}

    /// Whether a request may go now.
    package var isOpen: Bool {
        state.withLock { state in
            guard case .open(let end) = state.stance else { return false }
            return end.map { ContinuousClock.now < $0 } ?? true
        }
    }

    /// How many requests wait for it to open.
    package var waiting: Int {
        state.withLock { $0.waiting.count }
    }

    /// Lets requests go until then.
    package func open(until end: ContinuousClock.Instant) {
        change(to: .open(until: end)) { $0.resume() }
    }

    /// Holds requests back; they wait.
    package func close() {
        state.withLock { $0.stance = .closed }
    }

    /// Holds requests back until the gate is opened again, and ends those that wait, or come, with `CancellationError`.
    package func refuse() {
        change(to: .refused) { $0.resume(throwing: CancellationError()) }
    }

    /// Waits until the gate was told to open or to refuse; it may have closed again by the time the caller goes on.
    ///
    /// - Throws: `CancellationError` when requests are refused, or the task is cancelled.
    func waitUntilOpened() async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(number, $0) }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }

    private func wait(_ number: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            // Cancelled before it waited, so the handler has found nothing to end.
            if Task.isCancelled { return .failure(CancellationError()) }
            switch state.stance {
            case .refused: return .failure(CancellationError())
            case .open(let end) where end.map { ContinuousClock.now < $0 } ?? true: return .success(())
            case .open, .closed:
                state.waiting[number] = continuation
                return nil
            }
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func change(to stance: Stance, _ resume: (CheckedContinuation<Void, any Error>) -> Void) {
        let waiting = state.withLock { state in
            state.stance = stance
            defer { state.waiting = [:] }
            return state.waiting
        }
        for (_, continuation) in waiting.sorted(by: { $0.key < $1.key }) { resume(continuation) }
    }
}
