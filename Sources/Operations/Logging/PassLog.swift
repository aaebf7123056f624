import FoundationEssentials
package import Ingest
package import Logging
import Synchronization
import UsageDomain
import Warehouse

/// Turns what happens in a pass into log lines: one `info` line a run, warnings for what an operator must know.
package final class PassLog: Sendable {
    /// What later lines need of earlier events.
    private struct Situation {
        /// The run that the lines belong to.
        var run: RunID?
    }

    private let logger: Logger
    private let situation = Mutex(Situation())

    package init(logger: Logger) {
        self.logger = logger
    }

    package func receive(_ event: PassEvent) {
        switch event {
        case .began(let run, let windows):
            situation.withLock { $0 = Situation(run: run) }
            logger.debug("run began", metadata: ["run": "\(run.rawValue)", "windows.planned": "\(windows)"])
        case .sourceReady(let source, let organization, let windows):
            logger.debug(
                "source ready",
                metadata: metadata(
                    source, ["organization": "\(organization.id)", "windows.planned": "\(windows)"]))
        case .sourceFailed(let source, _, let reason):
            logger.error("source failed", metadata: metadata(source, ["error": "\(reason)"]))
        case .sourceLeftAlone(let source, let end, let reason):
            logger.error(
                "source keeps failing and is left alone",
                metadata: metadata(source, ["until": "\(end.formatted(.iso8601))", "error": "\(reason)"]))
        case .sourceHeldElsewhere(let source, let holder):
            logger.notice(
                "another process works on the source, waiting for it",
                metadata: metadata(
                    source,
                    [
                        "holder.backend": "\(holder.backend)", "holder.application": "\(holder.application)",
                        "holder.address": "\(holder.address)",
                    ]))
        case .sourceWanted(let source):
            logger.debug("another process waits for the source", metadata: metadata(source, [:]))
        case .sourceHoldLost(let source, let reason):
            logger.warning(
                "the lock of the source is lost, requests wait", metadata: metadata(source, ["error": "\(reason)"]))
        case .sourceHoldRegained(let source):
            logger.notice("the lock of the source is there again, the work goes on", metadata: metadata(source, [:]))
        case .sourceForfeited(let source):
            logger.notice(
                "another process took the source over, what is left of it is planned again",
                metadata: metadata(source, [:]))
        case .listingFailed(let source, let reason):
            logger.warning(
                "OAuth clients cannot be listed; their names come from usage alone",
                metadata: metadata(source, ["error": "\(reason)"]))
        case .limitsFailed(let source, let reason):
            logger.warning(
                "limits cannot be read; the next run tries again", metadata: metadata(source, ["error": "\(reason)"]))
        case .daysGivenUp(let source, let days):
            logger.warning(
                "retention gave up days that the backfill asks for; they are left out",
                metadata: metadata(
                    source,
                    [
                        "days.first": "\(days.lowerBound)", "days.last": "\(days.upperBound.advanced(by: -1))",
                        "days.kept_from": "\(days.upperBound)",
                    ]))
        case .timeZoneUnknown(let source, let reason):
            logger.warning(
                "days are UTC days; name a time-zone in the configuration",
                metadata: metadata(source, ["error": "\(reason)"]))
        case .windowBegan(let source, let window):
            logger.debug("window began", metadata: metadata(source, window))
        case .windowStored(let source, let window, let outcome, let report, let doubt):
            stored(source, window, outcome, report, doubt)
        case .daysChangedLate(let source, let window, let days):
            changedLate(source, window, days)
        case .windowSplit(let source, let window, let parts, let reason):
            logger.warning(
                "window is read in parts",
                metadata: metadata(source, window, ["parts": "\(parts)", "error": "\(reason)"]))
        case .windowFailed(let source, let window, let reason):
            logger.warning(
                "window failed and will be tried again", metadata: metadata(source, window, ["error": "\(reason)"]))
        case .clientUnavailable(let source, let dataset, let clientID, let windows, let reason):
            logger.warning(
                "OAuth client is unavailable and will be asked for again in a week",
                metadata: metadata(
                    source,
                    [
                        "dataset": "\(dataset.rawValue)", "oauth.client": "\(clientID)", "windows": "\(windows)",
                        "error": "\(reason)",
                    ]))
        case .leftAlone(let source, let dataset, let clientID, let windows, let until, let reason):
            var details: Logger.Metadata = [
                "dataset": "\(dataset.rawValue)", "windows.left": "\(windows)", "error": "\(reason)",
            ]
            if !clientID.isEmpty { details["oauth.client"] = "\(clientID)" }
            if let until { details["until"] = "\(until.formatted(.iso8601))" }
            logger.warning("dataset keeps failing and is left alone", metadata: metadata(source, details))
        case .monthChecked(let source, let month, let differences):
            monthChecked(source, month, differences)
        case .monthCheckFailed(let source, let month, let reason):
            logger.warning(
                "closed month cannot be asked for as a whole; the next run tries again",
                metadata: metadata(source, ["month": "\(month)", "error": "\(reason)"]))
        case .databaseAway(let reason):
            logger.warning("database away, waiting for it", metadata: metadata(["error": "\(reason)"]))
        case .databaseBack(let time):
            logger.notice("database back", metadata: metadata(["away": "\(time.inWords)"]))
        case .housekeepingFailed(let reason):
            logger.warning("old submissions are kept for now", metadata: metadata(["error": "\(reason)"]))
        case .progressed, .executionBegan, .executionEnded, .databaseAsked:
            break
        case .finished(let run, let summary):
            finished(run, summary)
            situation.withLock { $0 = Situation() }
        }
    }

    private func stored(
        _ source: String,
        _ window: Window,
        _ outcome: StoreOutcome,
        _ report: FetchReport,
        _ doubt: String?
    ) {
        let details = metadata(
            source, window,
            [
                "rows": "\(report.rows)",
                "rows.inserted": "\(outcome.inserted)",
                "rows.updated": "\(outcome.updated)",
                "rows.deleted": "\(outcome.deleted)",
            ])
        logger.debug(outcome.isSuperseded ? "window superseded by a later answer" : "window stored", metadata: details)
        if !report.unknownFields.isEmpty {
            let fields = report.unknownFields.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
            logger.notice(
                "the answer has fields this version does not know",
                metadata: metadata(source, window, ["fields": "\(fields.joined(separator: ", "))"]))
        }
        if let doubt {
            logger.warning("window stays provisional", metadata: metadata(source, window, ["difference": "\(doubt)"]))
        }
    }

    private func changedLate(_ source: String, _ window: Window, _ days: [LateDay]) {
        let named = days.map { "\($0.day) (\($0.changedAfter) days after, unchanged after \($0.unchangedAfter))" }
        logger.notice(
            "days changed later than the lookback reads them again",
            metadata: metadata(source, window, ["days": "\(named.joined(separator: ", "))"]))
    }

    private func monthChecked(_ source: String, _ month: Month, _ differences: [Channel: Decimal]) {
        guard !differences.isEmpty else {
            logger.debug("month agrees with its days", metadata: metadata(source, ["month": "\(month)"]))
            return
        }
        let named = Channel.allCases.compactMap { channel in
            differences[channel].map { "\(channel.rawValue) \($0)" }
        }
        logger.warning(
            "month asked for as a whole differs from the sum of its days",
            metadata: metadata(source, ["month": "\(month)", "difference": "\(named.joined(separator: ", "))"]))
    }

    private func finished(_ run: RunID, _ summary: RunSummary) {
        logger.info(
            "run finished",
            metadata: [
                "run": "\(run.rawValue)",
                "outcome": "\(summary.outcome.rawValue)",
                "windows.planned": "\(summary.windowsPlanned)",
                "windows.stored": "\(summary.windowsStored)",
                "windows.failed": "\(summary.windowsFailed)",
                "rows.inserted": "\(summary.rowsInserted)",
                "rows.updated": "\(summary.rowsUpdated)",
                "rows.deleted": "\(summary.rowsDeleted)",
                "rows.unchanged": "\(summary.rowsUnchanged)",
                "requests": "\(summary.requests)",
                "days.late": "\(summary.lateDays)",
                "executions.resumed": "\(summary.executionsResumed)",
                "executions.lost": "\(summary.executionsLost)",
                "submits.repeated": "\(summary.doubtfulRepeats)",
            ])
    }

    // MARK: - Metadata

    private func metadata(_ details: Logger.Metadata) -> Logger.Metadata {
        var details = details
        if let run = situation.withLock({ $0.run }) { details["run"] = "\(run.rawValue)" }
        return details
    }

    private func metadata(_ source: String, _ details: Logger.Metadata) -> Logger.Metadata {
        var details = metadata(details)
        details["source"] = "\(source)"
        return details
    }

    private func metadata(_ source: String, _ window: Window, _ details: Logger.Metadata = [:]) -> Logger.Metadata {
        metadata(source, details).merging(window.metadata) { $1 }
    }
}
