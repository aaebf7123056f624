import FoundationEssentials
import UsageDomain
import Warehouse

/// The part of a pass that works on windows: each source by itself, all of them side by side.
struct PassWork: Sendable {
    /// What came of it, also when it ended early.
    struct Outcome: Sendable {
        fileprivate(set) var summary: RunSummary
        fileprivate(set) var isIncomplete = false
        /// Sources that stopped on the way.
        fileprivate(set) var failures: [PassReport.SourceFailure] = []
        /// Per-client datasets of which not one client could be read.
        fileprivate(set) var refusedDatasets: [PassReport.RefusedDataset] = []
        /// What ended the work early: `CancellationError`, or `PostgresError` when the database stayed away.
        fileprivate(set) var error: (any Error)?

        func summary(withFailures hasFailures: Bool) -> RunSummary {
            var summary = summary
            if error is CancellationError {
                summary.outcome = .cancelled
            } else if hasFailures || error != nil || !failures.isEmpty || !refusedDatasets.isEmpty || isIncomplete {
                summary.outcome = .incomplete
            }
            return summary
        }
    }

    let pass: Pass
    let run: RunID

    func perform(_ sources: [PreparedSource]) async -> Outcome {
        let tally = SharedTally(
            windows: sources.reduce(0) { $0 + $1.windows.count }, timekeeper: pass.settings.timekeeper)
        let results = await withTaskGroup(of: (Int, SourceWork.Outcome).self) { group in
            for (index, source) in sources.enumerated() {
                let work = SourceWork(pass: pass, run: run, source: source, tally: tally)
                group.addTask { (index, await work.perform()) }
            }
            var results: [(Int, SourceWork.Outcome)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var outcome = Outcome(summary: tally.summary, isIncomplete: tally.isIncomplete)
        outcome.failures = results.compactMap(\.failure)
        outcome.refusedDatasets = sources.flatMap(\.refusedDatasets) + results.flatMap(\.refusedDatasets)
        // That the database stayed away explains more than that the work was told to end.
        let errors = results.compactMap(\.error)
        outcome.error = errors.first { !($0 is CancellationError) } ?? errors.first
        return outcome
    }
}
