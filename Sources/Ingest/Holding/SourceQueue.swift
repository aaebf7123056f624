import Postgres
import Warehouse

/// Waits in the server's queue for the lock of a source, without ever leaving its place.
///
/// Whoever waits for a lock reads nothing from the server, so that its own session cannot be asked whether it lives.
/// Another one looks for it.
struct SourceQueue: Sendable {
    let pass: Pass
    let lock: SourceLock

    /// Returns with the lock.
    ///
    /// - Throws: `PostgresError` when the session is lost; `CancellationError`.
    func wait() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await lock.wait() }
            group.addTask { try await watch() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Looks who is waited for, and whether the session is in line, until it is out of line for too long.
    ///
    /// - Throws: `PostgresError.connectionLost` then; `CancellationError`.
    private func watch() async throws {
        let policy = pass.settings.holds
        var announced: SourceLock.Holder?
        var lastSeen = ContinuousClock.now
        while true {
            let asked = ContinuousClock.now
            pass.onEvent(.databaseAsked)
            do {
                let queue = try await pass.warehouse.queue(of: lock)
                if queue.isInLine { lastSeen = asked }
                if let holder = queue.holder, holder != announced {
                    announced = holder
                    pass.onEvent(.sourceHeldElsewhere(source: lock.source, holder: holder))
                }
            } catch is PostgresError {
                // A look that fails says nothing of the place in the queue, which is not given up for it.
            }
            guard ContinuousClock.now - lastSeen < policy.longestUnseen else {
                throw PostgresError.connectionLost("the server knows nothing of the session that waits for the source")
            }
            try await Task.sleep(for: policy.lookEvery)
        }
    }
}
