/// A moment that is announced once and can be waited for: that something listens.
final class Announcement: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func announce() {
        continuation.finish()
    }

    /// Waits for the announcement, by one task at a time.
    ///
    /// - Throws: `CancellationError`.
    func wait() async throws {
        for await _ in stream {}
        try Task.checkCancellation()
    }
}
