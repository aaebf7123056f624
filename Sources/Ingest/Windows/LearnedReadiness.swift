import Synchronization
import UsageDomain
import Warehouse

/// What is known of when executions of a source are ready: read once a pass, and added to by each of its windows.
final class LearnedReadiness: Sendable {
    private let history: Mutex<ReadinessHistory>

    init(_ history: ReadinessHistory) {
        self.history = Mutex(history)
    }

    func expected(_ window: Window) -> Duration? {
        history.withLock { $0.expected(window) }
    }

    func add(_ readiness: Readiness, of window: Window) {
        history.withLock { $0.add(readiness, of: window) }
    }
}

extension WindowWork {
    /// Has a recorder learn when executions are ready, and tell when to expect the next one.
    func learning(_ recorder: ExecutionRecorder) -> ExecutionRecorder {
        var recorder = recorder
        recorder.expectedReadiness = { [readiness = source.readiness] in readiness.expected($0.window) }
        recorder.ready = { submission, query, seen in
            source.readiness.add(seen, of: query.window)
            try await patiently { try await warehouse.keepReadiness(seen, of: submission) }
        }
        return recorder
    }
}
