package import Postgres
package import Timekeeping

/// How long a pass waits for a database that went away before it gives up.
///
/// A window that was fetched waits here in its spool: it is not fetched again when the database comes back.
package struct DatabasePatience: Sendable {
    /// Waits between attempts; their number bounds the attempts.
    package var delays: [Duration]
    /// No wait begins later than this after the first attempt, however long the attempts took.
    package var limit = Duration.seconds(300)

    /// Five minutes in all: a restart or a failover passes unnoticed.
    package static let standard: [Duration] =
        [.milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2)] + Array(repeating: .seconds(4), count: 74)

    private let timekeeper: Timekeeper

    package init(delays: [Duration] = DatabasePatience.standard, timekeeper: Timekeeper = Timekeeper()) {
        self.delays = delays
        self.timekeeper = timekeeper
    }

    /// Does the work again while the database says that it may succeed later.
    ///
    /// - Throws: what the last attempt threw, or `CancellationError`.
    package func attempt<Result: Sendable>(
        onRetry: (PostgresError) -> Void = { _ in },
        _ work: () async throws -> Result
    ) async throws -> Result {
        let began = timekeeper.now
        for delay in delays {
            do {
                return try await work()
            } catch let error as PostgresError where error.isTransient || error.isConnectionLost {
                guard timekeeper.now - began < limit else { throw error }
                onRetry(error)
                try await timekeeper.sleep(for: delay * Double.random(in: 0.75...1.25))
            }
        }
        return try await work()
    }
}
