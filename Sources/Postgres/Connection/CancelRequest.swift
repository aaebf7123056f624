import Synchronization

/// A cancellation on its way to the server, on a thread of its own.
///
/// `PQcancel` blocks until the server answers, and over a dead link that is until the keep-alives give up. On its own
/// thread it costs the connection's thread nothing, which goes on to read what the cancelled statement answers.
final class CancelRequest: Sendable {
    private let finished = Atomic(false)

    /// Returns nil when the request could not even be started.
    static func send(_ cancel: PQCancel, waking wakePipe: WakePipe) -> CancelRequest? {
        let request = CancelRequest()
        let started = DetachedThread.start {
            _ = cancel.cancel()
            request.finished.store(true, ordering: .releasing)
            wakePipe.wake()
        }
        return started ? request : nil
    }

    /// Waits until the request has been dealt with. Before that the connection must not be used:
    /// a late cancellation would hit the next statement.
    func waitUntilFinished(_ waiter: Waiter) throws(Interruption) {
        while !finished.load(ordering: .acquiring) {
            _ = try waiter.wait(for: [], on: -1)
        }
    }
}
