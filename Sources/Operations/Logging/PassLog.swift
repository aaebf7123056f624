package import Ingest
package import Logging
import UsageDomain
import Warehouse

/// Turns what happens in a pass into log lines: one `info` line a run, warnings for what an operator must know.
package struct PassLog: Sendable {
    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package func receive(_ event: PassEvent) {
        switch event {
        case .began(let run, let windows):
            logger.debug("run began", metadata: ["run": "\(run.rawValue)", "windows.planned": "\(windows)"])
        case .sourceReady(let source, let organization, let windows):
            logger.debug(
                "source ready",
                metadata: [
                    "source": "\(source)", "organization": "\(organization.id)", "windows.planned": "\(windows)",
                ])
        case .sourceFailed(let source, let reason):
            logger.error("source failed", metadata: ["source": "\(source)", "error": "\(reason)"])
        case .listingFailed(let source, let reason):
            logger.warning(
                "OAuth clients cannot be listed; their names come from usage alone",
                metadata: ["source": "\(source)", "error": "\(reason)"])
        case .windowBegan(let source, let window):
            logger.debug("window began", metadata: metadata(source, window))
        case .windowStored(let source, let window, let outcome, let report, let doubt):
            stored(source, window, outcome, report, doubt)
        case .windowSplit(let source, let window, let parts, let reason):
            var details = metadata(source, window)
            details["parts"] = "\(parts)"
            details["error"] = "\(reason)"
            logger.warning("window is read in parts", metadata: details)
        case .windowFailed(let source, let window, let reason):
            var details = metadata(source, window)
            details["error"] = "\(reason)"
            logger.warning("window failed and will be tried again", metadata: details)
        case .databaseAway(let reason):
            logger.warning("database away, waiting for it", metadata: ["error": "\(reason)"])
        case .progressed:
            break
        case .finished(let run, let summary):
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
                ])
        }
    }

    private func stored(
        _ source: String,
        _ window: Window,
        _ outcome: StoreOutcome,
        _ report: FetchReport,
        _ doubt: String?
    ) {
        var details = metadata(source, window)
        details["rows"] = "\(report.rows)"
        details["rows.inserted"] = "\(outcome.inserted)"
        details["rows.updated"] = "\(outcome.updated)"
        details["rows.deleted"] = "\(outcome.deleted)"
        logger.debug(outcome.isSuperseded ? "window superseded by a later answer" : "window stored", metadata: details)
        if !report.unknownFields.isEmpty {
            details["fields"] = "\(report.unknownFields.keys.sorted().joined(separator: ","))"
            logger.notice("the answer has fields this version does not know", metadata: details)
        }
        if let doubt {
            details["difference"] = "\(doubt)"
            logger.warning("window stays provisional", metadata: details)
        }
    }

    private func metadata(_ source: String, _ window: Window) -> Logger.Metadata {
        [
            "source": "\(source)",
            "dataset": "\(window.dataset.rawValue)",
            "window": "\(window.firstDay)..\(window.lastDay)",
        ]
    }
}
