import FoundationEssentials
import UsageDomain
import Warehouse

/// The work of a pass: each source by itself, all of them side by side.
struct PassWork: Sendable {
    /// What came of it, also when it ended early.
    struct Outcome: Sendable {
        fileprivate(set) var summary: RunSummary
        fileprivate(set) var isIncomplete = false
        /// Sources that could not work, or stopped on the way.
        fileprivate(set) var failures: [PassReport.SourceFailure] = []
        /// Per-client datasets of which not one client could be read.
        fileprivate(set) var refusedDatasets: [PassReport.RefusedDataset] = []
        /// What ended the work early: `CancellationError`, or `PostgresError` when the database stayed away.
        fileprivate(set) var error: (any Error)?

        /// Whether windows were left to the next pass.
        fileprivate(set) var isLeft = false

        /// The tally with the run's outcome.
        var runSummary: RunSummary {
            var summary = summary
            if error is CancellationError {
                summary.outcome = .cancelled
            } else if error != nil || !failures.isEmpty || !refusedDatasets.isEmpty || isIncomplete {
                summary.outcome = .incomplete
            }
            return summary
        }
    }

    let pass: Pass
    let planning: PassPlanning
    let run: PassRun
    /// Of the pass, from its beginning.
    let meter: RequestMeter

    /// - Throws: `WarehouseError` when the configuration cannot be right; what was under way is given up then.
    func perform(_ sources: [ConfiguredSource]) async throws -> Outcome {
        let results = try await withThrowingTaskGroup(of: (Int, SourcePass.Outcome).self) { group in
            for (index, source) in sources.enumerated() {
                let work = SourcePass(pass: pass, source: source, planning: planning, run: run)
                group.addTask {
                    try await WorkContext.extended(by: { $0.source = source.name }) {
                        (index, try await work.perform())
                    }
                }
            }
            var results: [(Int, SourcePass.Outcome)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var outcome = Outcome(summary: run.tally.summary, isIncomplete: run.tally.isIncomplete)
        // What windows say leaves out those that were interrupted.
        outcome.summary.requests = await meter.requests
        outcome.failures = results.compactMap(\.failure)
        outcome.refusedDatasets = results.flatMap(\.refusedDatasets)
        outcome.isLeft = results.contains(where: \.isLeft)
        // That the database stayed away explains more than that the work was told to end.
        let errors = results.compactMap(\.error)
        outcome.error = errors.first { !($0 is CancellationError) } ?? errors.first
        return outcome
    }
}
