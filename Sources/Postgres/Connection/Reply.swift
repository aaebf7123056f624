import Synchronization

/// A result that arrives once, from any thread, for one waiting task; with the limit within which it is wanted.
///
/// As long as the work has not begun, the wait ends at the deadline or with the task's cancellation, and the
/// work will not be done. Work that has begun watches the limit itself, and the task waits for its end, so that a
/// closure lent to the work never outlives the call.
final class Reply<Value: Sendable>: Sendable {
    let limit: Limit
    private let cancellation: Cancellation
    private let activity: String
    private let wakePipe: WakePipe?
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.awaited
        var result: Result<Value, any Error>?
        var continuation: CheckedContinuation<Value, any Error>?
    }

    private enum Phase { case awaited, begun, over }

    /// The activity is what the deadline error says the task was doing; the pipe wakes the thread which does the work,
    /// when the task is cancelled.
    init(by deadline: ContinuousClock.Instant, activity: String, waking wakePipe: WakePipe? = nil) {
        let cancellation = Cancellation()
        self.cancellation = cancellation
        self.limit = Limit(deadline: deadline, cancellation: cancellation)
        self.activity = activity
        self.wakePipe = wakePipe
    }

    /// From here on the task waits for the work's own end. Returns false when nobody waits any more.
    func begin() -> Bool {
        state.withLock { state in
            guard state.phase == .awaited else { return false }
            state.phase = .begun
            return true
        }
    }

    /// Returns false when nobody waits any more; the result is then the deliverer's to deal with.
    @discardableResult
    func deliver(_ result: Result<Value, any Error>) -> Bool {
        end(with: result, if: { $0 != .over })
    }

    /// Waits for the result.
    ///
    /// - Throws: What was delivered; before the work begins also `CancellationError` and
    ///   ``PostgresError/deadlineExceeded(during:)``.
    func value() async throws -> Value {
        let alarm = AlarmClock.shared.set(at: limit.deadline) {
            self.end(with: .failure(Interruption.deadline.error(during: self.activity)), if: { $0 == .awaited })
        }
        defer { AlarmClock.shared.cancel(alarm) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { self.attach($0) }
        } onCancel: {
            self.cancellation.request()
            self.end(with: .failure(CancellationError()), if: { $0 == .awaited })
            self.wakePipe?.wake()
        }
    }

    private func attach(_ continuation: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state in
            if state.result == nil { state.continuation = continuation }
            return state.result
        }
        if let result { continuation.resume(with: result) }
    }

    @discardableResult
    private func end(with result: Result<Value, any Error>, if condition: (Phase) -> Bool) -> Bool {
        let (ended, continuation) = state.withLock { state in
            guard condition(state.phase) else { return (false, nil as CheckedContinuation<Value, any Error>?) }
            state.phase = .over
            state.result = result
            defer { state.continuation = nil }
            return (true, state.continuation)
        }
        continuation?.resume(with: result)
        return ended
    }
}
