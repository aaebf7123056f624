import Glibc

/// Starts a thread that nobody joins.
enum DetachedThread {
    /// Returns false when the system refuses another thread.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let start = Unmanaged.passRetained(Start(body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { runDetachedThread($0) }, start.toOpaque())
        guard code == 0 else {
            start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    fileprivate final class Start: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

private func runDetachedThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    // Signals belong to the program's own handling of them, never to a thread that waits for the database.
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let start = Unmanaged<DetachedThread.Start>.fromOpaque(argument).takeRetainedValue()
    start.body()
    return nil
}
