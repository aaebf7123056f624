/// A clock without its type: time as the distance from the moment the timekeeper was made.
///
/// Whatever waits in this program takes `some Clock<Duration>` once, here, so that a test can hold the time.
package struct Timekeeper: Sendable {
    private let elapsedTime: @Sendable () -> Duration
    private let sleeping: @Sendable (Duration) async throws -> Void

    /// Reads time from `clock`, beginning now.
    package init(_ clock: some Clock<Duration> = ContinuousClock()) {
        let origin = clock.now
        elapsedTime = { origin.duration(to: clock.now) }
        sleeping = { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
    }

    /// Time since the timekeeper was made.
    package var now: Duration {
        elapsedTime()
    }

    /// Waits until that much time has passed since the timekeeper was made.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleep(until moment: Duration) async throws {
        try await sleeping(moment)
    }

    /// Waits for this long.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        try await sleeping(now + duration)
    }
}
