package import FoundationEssentials

/// What time it is, and how to wait: the one place where the program gets its time from, so that a test, or a year in
/// an hour, can hold it.
///
/// Durations are measured on a clock that only moves forward; the calendar's time is told beside it.
package struct Timekeeper: Sendable {
    private let elapsedTime: @Sendable () -> Duration
    private let sleeping: @Sendable (Duration) async throws -> Void
    private let telling: @Sendable () -> Date

    /// Reads time from `clock`, beginning now.
    ///
    /// - Parameters:
    ///   - clock: measures durations and waits.
    ///   - date: tells the calendar's time.
    package init(
        _ clock: some Clock<Duration> = ContinuousClock(), date: @escaping @Sendable () -> Date = { Date() }
    ) {
        let origin = clock.now
        elapsedTime = { origin.duration(to: clock.now) }
        sleeping = { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
        telling = date
    }

    /// Time since the timekeeper was made.
    package var now: Duration {
        elapsedTime()
    }

    /// The calendar's time, UTC.
    package var date: Date {
        telling()
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
