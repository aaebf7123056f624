import Synchronization

/// A fixed number of permits, lent first come, first served.
package final class Permits: Sendable {
    private struct State {
        var free: Int
        var lent = 0
        var waiting: [Reply<Void>] = []
        var isClosed = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    package init(count: Int) { state = Mutex(State(free: count)) }

    /// Takes a permit, which must be released.
    ///
    /// - Throws: ``PostgresError/poolClosed``, ``PostgresError/deadlineExceeded(during:)``, `CancellationError`.
    package func acquire(by deadline: ContinuousClock.Instant) async throws {
        try Task.checkCancellation()
        let reply = try state.withLock { state -> Reply<Void>? in
            guard !state.isClosed else { throw PostgresError.poolClosed }
            guard state.free == 0 else {
                state.free -= 1
                state.lent += 1
                return nil
            }
            let reply = Reply<Void>(by: deadline, activity: "waiting for a connection of the pool")
            state.waiting.append(reply)
            return reply
        }
        try await reply?.value()
    }

    /// Gives the permit to whoever has waited longest and still waits.
    package func release() {
        let closing = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            // A reply that nobody waits for any more takes nothing.
            while !state.waiting.isEmpty {
                if state.waiting.removeFirst().deliver(.success(())) { return [] }
            }
            state.free += 1
            state.lent -= 1
            guard state.isClosed, state.lent == 0 else { return [] }
            defer { state.closing = [] }
            return state.closing
        }
        for continuation in closing { continuation.resume() }
    }

    /// Refuses everyone who waits or comes later, and waits until every permit is back.
    func close() async {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for reply in waiting { reply.deliver(.failure(PostgresError.poolClosed)) }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.lent > 0 { state.closing.append(continuation) }
                return state.lent == 0
            }
            if isDone { continuation.resume() }
        }
    }
}
