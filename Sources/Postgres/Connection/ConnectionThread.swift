import Glibc
import Synchronization

/// The thread that a connection lives on, as the executor of its actor.
///
/// Blocking in `poll(2)` on a thread of Swift's pool would starve other tasks; awaiting readiness instead would
/// let a second task onto the connection in the middle of an exchange. Here everything about a connection happens
/// on one thread, one piece of work after the other, each from beginning to end.
final class ConnectionThread: SerialExecutor {
    /// Ends the thread's waits, both for work and for the server.
    let wakePipe: WakePipe

    private struct State {
        var work: [Work] = []
        var isStopped = false
        var thread: pthread_t?
    }

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private let state = Mutex(State())

    /// - Throws: ``PostgresError/connectionFailed(_:)`` when the system has no thread or descriptor left.
    static func start() throws -> ConnectionThread {
        // Whoever waits for the thread has a deadline.
        try AlarmClock.shared.start()
        let thread = ConnectionThread(wakePipe: try WakePipe())
        // The closure keeps the executor alive until its loop has ended, whoever else lets go of it.
        guard DetachedThread.start({ thread.loop() }) else {
            throw PostgresError.connectionFailed(ConnectFailure("no thread could be started"))
        }
        return thread
    }

    private init(wakePipe: WakePipe) { self.wakePipe = wakePipe }

    /// Runs a closure after what was enqueued before it. Enqueueing never blocks.
    func enqueue(_ closure: @escaping @Sendable () -> Void) { add(.closure(closure)) }

    func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Ends the thread once it has done what was enqueued. Nobody waits for that.
    func stop() {
        state.withLock { $0.isStopped = true }
        wakePipe.wake()
    }

    /// Whether something waits for its turn. Asked on the thread itself, before a wait that whatever is enqueued from now
    /// on ends.
    var isWanted: Bool {
        wakePipe.drain()
        return state.withLock { !$0.work.isEmpty || $0.isStopped }
    }

    /// Lets `assumeIsolated` hold inside closures that were enqueued.
    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the connection's thread")
    }

    func isIsolatingCurrentContext() -> Bool? {
        state.withLock { state in state.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    private func add(_ work: Work) {
        state.withLock { $0.work.append(work) }
        wakePipe.wake()
    }

    private func loop() {
        state.withLock { $0.thread = pthread_self() }
        while true {
            // One at a time, so that what waits for its turn is in the queue.
            let (piece, isStopped) = state.withLock { state in
                (state.work.isEmpty ? nil : state.work.removeFirst(), state.isStopped)
            }
            switch piece {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .closure(let closure): closure()
            case nil:
                if isStopped { return }
                Waiter.sleep(until: wakePipe)
            }
        }
    }
}
