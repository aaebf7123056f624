internal import Postgres

/// Tries a step again when it did not get a lock on a table in time.
///
/// A statement that waits for a lock holds up everybody behind it; so it waits shortly, gives way, and comes again.
struct LockRetry: Sendable {
    /// How long from the first try on another one is begun.
    let limit: Duration

    func callAsFunction(_ step: () async throws -> Void) async throws {
        let deadline = ContinuousClock.now + limit
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await step()
            } catch MigrationError.failed(let file, let position, let error) where Self.isLockConflict(error) {
                guard ContinuousClock.now + pause < deadline else {
                    throw MigrationError.failed(file: file, at: position, error)
                }
            }
            try await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause = min(pause * 2, .seconds(2))
        }
    }

    private static func isLockConflict(_ error: PostgresError) -> Bool {
        // lock_not_available, deadlock_detected
        ["55P03", "40P01"].contains(error.sqlState)
    }
}
