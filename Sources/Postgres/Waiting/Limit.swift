import Synchronization

/// What ends a wait early: a deadline, and the cancellation of the task on whose behalf it waits.
struct Limit: Sendable {
    /// When the wait ends unless it is cancelled.
    let deadline: ContinuousClock.Instant
    /// Nil when cancellation must not interrupt, as during ROLLBACK.
    let cancellation: Cancellation?
    /// For how long after its cancellation the wait goes on.
    private var patience = Duration.zero

    init(deadline: ContinuousClock.Instant, cancellation: Cancellation? = nil) {
        self.deadline = deadline
        self.cancellation = cancellation
    }

    /// The same deadline; but a cancellation ends the wait only so long after it.
    func outlastingCancellation(by patience: Duration) -> Limit {
        var limit = self
        limit.patience = patience
        return limit
    }

    /// The same cancellation; but a deadline that comes no later than `end`.
    func ending(by end: ContinuousClock.Instant) -> Limit {
        var limit = Limit(deadline: min(deadline, end), cancellation: cancellation)
        limit.patience = patience
        return limit
    }

    /// - Throws: ``Interruption`` when the limit is reached already.
    func check() throws(Interruption) {
        if let cancelledEnd, patience == .zero || ContinuousClock.now >= cancelledEnd { throw .cancelled }
        if ContinuousClock.now >= deadline { throw .deadline }
    }

    /// Milliseconds for `poll(2)`, rounded up so that a wait never ends just before its deadline.
    var millisecondsLeft: Int32 {
        let end = cancelledEnd.map { min($0, deadline) } ?? deadline
        let (seconds, attoseconds) = (end - .now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return seconds < 1_000_000 ? Int32(seconds * 1_000 + fraction) : 1_000_000_000
    }

    /// When the wait ends because it is cancelled; nil when it is not.
    private var cancelledEnd: ContinuousClock.Instant? {
        cancellation?.requestedAt.map { $0 + patience }
    }
}

/// That a task was cancelled, told to the thread which works for it.
final class Cancellation: Sendable {
    private let moment = Mutex<ContinuousClock.Instant?>(nil)

    /// Nil as long as it was not.
    var requestedAt: ContinuousClock.Instant? { moment.withLock { $0 } }

    func request() {
        moment.withLock { $0 = $0 ?? .now }
    }
}

/// Why a wait ended before what it waited for.
enum Interruption: Error {
    case deadline, cancelled

    /// The error for the caller.
    func error(during activity: String) -> any Error {
        switch self {
        case .deadline: PostgresError.deadlineExceeded(during: activity)
        case .cancelled: CancellationError()
        }
    }
}
