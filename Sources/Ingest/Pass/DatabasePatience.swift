import Postgres
import ServiceLifecycle
package import Timekeeping

/// How long work waits for a database that is away, full, read-only or locked, before it gives up.
///
/// A window that was fetched waits here in its spool: it is not fetched again when the database is back. All that wait
/// with one patience, and its copies, are one outage: it is told once when it begins and once when it ends.
package struct DatabasePatience: Sendable {
    /// Waits between attempts, before they are varied by a quarter; the last one is repeated. Without any, there is one
    /// attempt.
    package var delays: [Duration]
    /// No wait begins later than this after the first attempt, however long the attempts took; nil: there is no end.
    package var limit: Duration?

    /// Two seconds at most, so that work goes on within five after the database's return: neither a busy loop nor a
    /// crowd at its door.
    package static let standardDelays: [Duration] = [.milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2)]
    /// Five minutes: a restart or a failover passes unnoticed.
    package static let standardLimit = Duration.seconds(300)

    private let timekeeper: Timekeeper
    private let outage = DatabaseOutage()

    package init(
        delays: [Duration] = standardDelays,
        limit: Duration? = standardLimit,
        timekeeper: Timekeeper = Timekeeper()
    ) {
        self.delays = delays
        self.limit = limit
        self.timekeeper = timekeeper
    }

    /// Does the work again while the database says that it may succeed later. A graceful shutdown ends the waits: the
    /// next process finds in the database what this one did not get to store.
    ///
    /// - Parameters:
    ///   - onEvent: is told when the outage begins and ends, and of each attempt in between.
    ///   - work: must do no harm when it is done twice, for the answer to a COMMIT may be lost.
    /// - Returns: what the work returns.
    /// - Throws: what the last attempt threw, or `CancellationError`.
    package func attempt<Result: Sendable>(
        onEvent: (PassEvent) -> Void = { _ in },
        _ work: () async throws -> Result
    ) async throws -> Result {
        let began = timekeeper.now
        var waits = 0
        while true {
            onEvent(.databaseAsked)
            do {
                let result = try await work()
                answered(afterWaiting: waits > 0, onEvent)
                return result
            } catch let error as PostgresError where error.isTransient || error.isConnectionLost {
                guard !delays.isEmpty, limit.map({ timekeeper.now - began < $0 }) ?? true else {
                    if waits > 0 { outage.leave() }
                    throw error
                }
                if waits == 0, outage.enter(at: began) { onEvent(.databaseAway(reason: error.description)) }
            } catch {
                if error is CancellationError {
                    if waits > 0 { outage.leave() }
                } else {
                    answered(afterWaiting: waits > 0, onEvent)
                }
                throw error
            }
            do {
                try await wait(delays[min(waits, delays.count - 1)])
            } catch {
                outage.leave()
                throw error
            }
            waits += 1
        }
    }

    private func wait(_ delay: Duration) async throws {
        try await cancelWhenGracefulShutdown { [timekeeper] in
            try await timekeeper.sleep(for: delay * Double.random(in: 0.75...1.25))
        }
    }

    private func answered(afterWaiting hasWaited: Bool, _ onEvent: (PassEvent) -> Void) {
        if let time = outage.answered(afterWaiting: hasWaited, at: timekeeper.now) {
            onEvent(.databaseBack(after: time))
        }
    }
}
