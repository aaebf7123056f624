import Synchronization
import UsageDomain
import Warehouse

/// Counts what became of a run's executions beside the ordinary: taken up again, forgotten by the API, perhaps
/// submitted twice.
final class ExecutionTally: Sendable {
    private struct Asked: Hashable {
        let source: String
        let query: Query
    }

    private struct Counts {
        var resumed = 0
        var lost = 0
        var doubtfulRepeats = 0
        /// What a process that died may have submitted.
        var doubtful: Set<Asked> = []
    }

    private let counts = Mutex(Counts())

    /// Takes note of queries that may have been submitted by a process that died: the next submission is a second one.
    func note(doubtful queries: Set<Query>, of source: String) {
        counts.withLock { counts in
            counts.doubtful.formUnion(queries.map { Asked(source: source, query: $0) })
        }
    }

    /// A recorder that does what another one does, and counts.
    func counting(_ recorder: ExecutionRecorder, of source: String) -> ExecutionRecorder {
        var counting = recorder
        counting.open = { [self] query in
            let execution = try await recorder.open(query)
            if execution != nil { counts.withLock { $0.resumed += 1 } }
            return execution
        }
        counting.intend = { [self] query in
            let submission = try await recorder.intend(query)
            counts.withLock { counts in
                guard counts.doubtful.remove(Asked(source: source, query: query)) != nil else { return }
                counts.doubtfulRepeats += 1
            }
            return submission
        }
        counting.repeated = { [self] repeats in
            recorder.repeated(repeats)
            counts.withLock { $0.doubtfulRepeats += repeats }
        }
        counting.ended = { [self] submission, end in
            try await recorder.ended(submission, end)
            if end == .lost { counts.withLock { $0.lost += 1 } }
        }
        return counting
    }

    /// Writes the counts into a run's summary.
    func add(to summary: inout RunSummary) {
        let counts = counts.withLock { $0 }
        summary.executionsResumed += counts.resumed
        summary.executionsLost += counts.lost
        summary.doubtfulRepeats += counts.doubtfulRepeats
    }
}
