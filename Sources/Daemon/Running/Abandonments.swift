import Synchronization

/// Tells the paused loops which sources were abandoned: whoever worked on them was killed, or its link was cut.
///
/// One look at the database serves all of them.
final class Abandonments: Sendable {
    private let waiting = Mutex<[String: AsyncStream<Void>.Continuation]>([:])

    /// Takes note of one look.
    ///
    /// - Parameter sources: names of those that are abandoned at this moment.
    func note(_ sources: Set<String>) {
        let concerned = waiting.withLock { waiting in sources.compactMap { waiting[$0] } }
        for continuation in concerned { continuation.yield() }
    }

    /// Waits for a look that finds a source abandoned. One task waits for a source at a time.
    ///
    /// - Parameter source: its name.
    /// - Throws: `CancellationError`.
    func next(of source: String) async throws {
        let (looks, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        waiting.withLock { $0[source] = continuation }
        defer { waiting.withLock { $0[source] = nil } }
        for await _ in looks { return }
        throw CancellationError()
    }
}
