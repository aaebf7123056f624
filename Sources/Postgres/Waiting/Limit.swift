import Synchronization

/// What ends a wait early: a deadline, and the cancellation of the task on whose behalf it waits.
struct Limit: Sendable {
    let deadline: ContinuousClock.Instant
    /// Nil when cancellation must not interrupt, as during COMMIT.
    let cancellation: Cancellation?

    init(deadline: ContinuousClock.Instant, cancellation: Cancellation? = nil) {
        self.deadline = deadline
        self.cancellation = cancellation
    }

    /// The same deadline, deaf to cancellation.
    var ignoringCancellation: Limit { Limit(deadline: deadline) }

    /// - Throws: ``Interruption`` when the limit is reached already.
    func check() throws(Interruption) {
        if let cancellation, cancellation.isRequested { throw .cancelled }
        if ContinuousClock.now >= deadline { throw .deadline }
    }

    /// Milliseconds for `poll(2)`, rounded up so that a wait never ends just before its deadline.
    var millisecondsLeft: Int32 {
        let (seconds, attoseconds) = (deadline - .now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return seconds < 1_000_000 ? Int32(seconds * 1_000 + fraction) : 1_000_000_000
    }
}

/// That a task was cancelled, told to the thread which works for it.
final class Cancellation: Sendable {
    private let requested = Atomic(false)

    var isRequested: Bool { requested.load(ordering: .acquiring) }

    func request() { requested.store(true, ordering: .releasing) }
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
