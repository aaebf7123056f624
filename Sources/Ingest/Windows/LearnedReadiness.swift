import Synchronization
import UsageDomain
import Warehouse

/// What is known of when executions of a source are ready: read once a pass, and added to by each of its windows.
final class LearnedReadiness: Sendable {
    private let history: Mutex<ReadinessHistory>

    init(_ history: ReadinessHistory) {
        self.history = Mutex(history)
    }

    func expected(_ query: Query) -> Duration? {
        history.withLock { $0.expected(query) }
    }

    func add(_ readiness: Readiness, of query: Query) {
        history.withLock { $0.add(readiness, of: query) }
    }
}

extension WindowWork {
    /// Has a recorder learn when executions are ready, and tell when to expect the next one.
    func learning(_ recorder: ExecutionRecorder) -> ExecutionRecorder {
        var recorder = recorder
        recorder.expectedReadiness = { [readiness = source.readiness] in readiness.expected($0) }
        recorder.ready = { submission, query, seen in
            source.readiness.add(seen, of: query)
            try await patiently { try await warehouse.keepReadiness(seen, of: submission) }
        }
        return recorder
    }
}
