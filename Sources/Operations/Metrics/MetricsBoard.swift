package import FoundationEssentials
package import Ingest
import Synchronization
package import Transport
package import UsageDomain
package import Warehouse

/// What the daemon counts, in memory.
///
/// The number of series follows from the configuration alone: their labels are its sources and datasets, and words of
/// this program. What a vendor says, clients, windows or odd statuses, never becomes one.
package final class MetricsBoard: Sendable {
    struct OfDataset {
        var inserted: Int64 = 0
        var updated: Int64 = 0
        var deleted: Int64 = 0
        var unchanged: Int64 = 0
        var windowsStored = 0
        var windowsFailed = 0
        var unknownFields = 0
        /// As the last pass left it; nil before the first one.
        var lag: CoverageLag?
    }

    struct Sent: Hashable {
        let endpoint: EndpointName
        let status: String
    }

    struct OfSource {
        var datasets: [Dataset: OfDataset]
        var requests: [Sent: Int] = [:]
        var executions: Set<SubmissionID> = []
        var runs: [RunSummary.Outcome: Int] = [:]
        var lastSuccess: Date?
    }

    /// Names in the order of the configuration, and what is known of each.
    let state: Mutex<[String: OfSource]>

    /// - Parameter sources: names and datasets of the configuration. What is told of others is not kept.
    package init(sources: [(name: String, datasets: [Dataset])]) {
        var known: [String: OfSource] = [:]
        for source in sources {
            let datasets = source.datasets.map { ($0, OfDataset()) }
            known[source.name] = OfSource(datasets: Dictionary(datasets) { first, _ in first })
        }
        state = Mutex(known)
    }

    /// Takes note of what a pass tells.
    package func receive(_ event: PassEvent) {
        switch event {
        case .windowStored(let source, let window, let outcome, let report, _):
            change(source, window.dataset) { counts in
                counts.windowsStored += 1
                counts.inserted += outcome.inserted
                counts.updated += outcome.updated
                counts.deleted += outcome.deleted
                counts.unchanged += outcome.unchanged
                counts.unknownFields += report.unknownFields.values.reduce(0, +)
            }
        case .windowFailed(let source, let window, _):
            change(source, window.dataset) { $0.windowsFailed += 1 }
        case .executionBegan(let source, let submission):
            change(source) { $0.executions.insert(submission) }
        case .executionEnded(let source, let submission):
            change(source) { $0.executions.remove(submission) }
        default: break
        }
    }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - source: of which source.
    ///   - endpoint: what was asked.
    ///   - status: of the answer; nil when there was none.
    package func countRequest(of source: String, to endpoint: EndpointName, status: Int?) {
        let sent = Sent(endpoint: endpoint, status: Self.label(of: status))
        change(source) { $0.requests[sent, default: 0] += 1 }
    }

    /// Takes note of the end of a pass over one source.
    ///
    /// - Parameters:
    ///   - report: how it ended.
    ///   - source: which source.
    ///   - now: when.
    package func note(_ report: PassReport, of source: String, at now: Date) {
        change(source) { counts in
            counts.runs[report.summary.outcome, default: 0] += 1
            // Whatever is still open is taken up again by a later pass.
            counts.executions = []
            if report.isComplete { counts.lastSuccess = now }
        }
    }

    /// Takes note of how far the datasets of a source are.
    package func note(_ lags: [CoverageLag], of source: String) {
        for lag in lags { change(source, lag.dataset) { $0.lag = lag } }
    }

    private func change(_ source: String, _ body: (inout OfSource) -> Void) {
        state.withLock { state in
            guard state[source] != nil else { return }
            body(&state[source, default: OfSource(datasets: [:])])
        }
    }

    private func change(_ source: String, _ dataset: Dataset, _ body: (inout OfDataset) -> Void) {
        change(source) { counts in
            guard counts.datasets[dataset] != nil else { return }
            body(&counts.datasets[dataset, default: OfDataset()])
        }
    }

    /// The statuses that mean something by themselves; any other counts as one of its class, for a server may answer with
    /// whatever it likes.
    private static let knownStatuses: Set<Int> = [
        200, 202, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 501, 502,
        503,
        504,
    ]

    private static func label(of status: Int?) -> String {
        guard let status else { return "none" }
        if knownStatuses.contains(status) { return "\(status)" }
        return (100..<600).contains(status) ? "\(status / 100)xx" : "other"
    }
}
