import FoundationEssentials
import Ingest
import Logging
import Operations
import ServiceLifecycle
import Timekeeping
import UsageDomain
import Warehouse

/// A pass over what is due of one source, then a pause until the next tick, until it is asked to stop.
struct SourceLoop: Sendable {
    let pass: Pass
    let source: String
    /// Empty means all.
    let datasets: Set<Dataset>
    let ticks: Ticks
    let admission: Admission
    let abandonments: Abandonments
    let timekeeper: Timekeeper
    let monitor: Monitor
    let logger: Logger

    /// How soon a paused loop takes up a source whose process was killed while it worked on it: after failures that last, ever
    /// more seldom.
    var looks = FailureStreak(shortest: .zero, longest: .seconds(60))

    /// - Throws: `CommandFailure` when no source at all may be read; `WarehouseError` when the configuration cannot be
    ///   right.
    func run() async throws {
        defer { monitor.supervision.endLoop(of: source) }
        await noteLags()
        var failures = looks
        while !Task.isShuttingDownGracefully {
            var isLeft = false
            do {
                let report = try await pass.run(.scheduled, PassSelection(sources: [source], datasets: datasets))
                monitor.board.note(report, of: source, at: timekeeper.date)
                await noteLags()
                try admission.note(report, of: source)
                isLeft = report.isLeft
                let ended = failures.succeeded()
                if ended > 0 {
                    logger.notice(
                        "runs no longer fail", metadata: ["source": "\(source)", "runs.failed": "\(ended)"])
                }
            } catch is CancellationError {
                return
            } catch let failure as CommandFailure {
                throw failure
            } catch let error as WarehouseError {
                // Trying again cannot help: the configuration must change.
                throw error
            } catch {
                // What is due follows from coverage: the next pass takes up whatever this one left.
                let isNews = failures.failed("\(error)")
                logger.log(
                    level: isNews ? .error : .debug, "run failed",
                    metadata: [
                        "source": "\(source)", "error": "\(error)", "runs.failed": "\(failures.count)",
                    ])
            }
            // What others did meanwhile, and new days, must be planned for: at once, but behind those who wait.
            if isLeft { continue }
            let soFar = failures
            do {
                try await cancelWhenGracefulShutdown { try await pause(after: soFar) }
            } catch {
                return
            }
        }
    }

    /// Reads how far the source is, for the metrics. When the database does not tell, they say what they said before.
    private func noteLags() async {
        do {
            let lags = try await cancelWhenGracefulShutdown {
                try await pass.warehouse.coverageLags(of: source, now: timekeeper.date)
            }
            monitor.board.note(lags, of: source)
        } catch {
            logger.debug("how far the source is cannot be read", metadata: ["error": "\(error)"])
        }
    }

    /// Waits for the next tick, or until the source is found abandoned.
    ///
    /// - Throws: `CancellationError`.
    private func pause(after failures: FailureStreak) async throws {
        let tick = ticks.next(after: timekeeper.now)
        let rest = tick - timekeeper.now
        monitor.supervision.rest(source, for: rest, until: timekeeper.date.addingTimeInterval(rest.timeInterval))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await timekeeper.sleep(until: tick) }
            group.addTask { try await waitUntilAbandoned(after: failures) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Returns when whoever worked on the source was killed, or its link was cut.
    private func waitUntilAbandoned(after failures: FailureStreak) async throws {
        // On the machine's own clock, as whatever concerns links to the server.
        try await Task.sleep(for: failures.wait)
        try await abandonments.next(of: source)
        // Of a source that cannot be taken, that was said when it was tried first.
        logger.log(
            level: failures.count == 0 ? .notice : .debug, "nobody works on the source any more",
            metadata: ["source": "\(source)"])
    }
}
