import Glibc

/// Runs a closure on a thread of its own, which nobody joins.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    let outcome = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    precondition(outcome == 0, "no thread could be started")
    pthread_detach(thread)
}

/// Gives the processor away for a few milliseconds.
func pause() {
    usleep(2000)
}
