internal import Logging
internal import Postgres

/// Tries a step again when it did not get a lock on a table in time.
///
/// A statement that waits for a lock holds up everybody behind it; so it waits shortly, gives way, and comes again.
struct LockRetry: Sendable {
    /// How long from the first try on another one is begun.
    let limit: Duration
    let logger: Logger

    func callAsFunction(_ step: () async throws -> Void) async throws {
        let deadline = ContinuousClock.now + limit
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await step()
            } catch MigrationError.failed(let file, let position, let error) where error.isLockConflict {
                guard ContinuousClock.now + pause < deadline else {
                    throw MigrationError.failed(file: file, at: position, error)
                }
                logger.debug("migration gave way to a lock", metadata: ["migration.file": "\(file)"])
            }
            try await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause = min(pause * 2, .seconds(2))
        }
    }
}

extension PostgresError {
    /// The lock on a table was not to be had in time, or only against another one: SQLSTATE lock_not_available or
    /// deadlock_detected.
    var isLockConflict: Bool { sqlState == "55P03" || sqlState == "40P01" }
}
