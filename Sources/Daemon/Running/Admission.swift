import Ingest
import Synchronization
import Warehouse

/// Whether a daemon was let in by any vendor. One that never got in anywhere has a wrong configuration; one that did may
/// get in again.
final class Admission: Sendable {
    private struct State {
        var hasWorked = false
        /// How the last pass over a source failed, by its name.
        var failures: [String: PassReport.SourceFailure] = [:]
    }

    private let sources: Int
    private let state = Mutex(State())

    init(sources: Int) {
        self.sources = sources
    }

    /// Takes note of a pass over one source.
    ///
    /// - Throws: `CommandFailure` when none of the sources may be read and none ever could.
    func note(_ report: PassReport, of source: String) throws {
        let failures = state.withLock { state -> [PassReport.SourceFailure] in
            state.failures[source] = report.sourceFailures.first
            if report.sourceFailures.isEmpty { state.hasWorked = true }
            return state.hasWorked ? [] : state.failures.values.sorted { $0.source < $1.source }
        }
        guard failures.count == sources else { return }
        var all = report
        all.sourceFailures = failures
        all.sources = sources
        if let failure = CommandFailure(all), failure.status == .noPermission { throw failure }
    }
}
