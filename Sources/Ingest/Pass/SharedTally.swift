import Synchronization
import Timekeeping
import Warehouse

/// The tally of a run, to which its sources add side by side.
final class SharedTally: Sendable {
    private let tally: Mutex<ProgressTally>
    private let timekeeper: Timekeeper
    private let began: Duration
    let executions = ExecutionTally()

    /// - Parameters:
    ///   - windows: how many are planned.
    ///   - timekeeper: measures how long the run takes.
    init(windows: Int, timekeeper: Timekeeper) {
        tally = Mutex(ProgressTally(windows: windows))
        self.timekeeper = timekeeper
        began = timekeeper.now
    }

    var summary: RunSummary {
        var summary = tally.withLock { $0.summary }
        executions.add(to: &summary)
        return summary
    }
    /// See ``ProgressTally/isIncomplete``.
    var isIncomplete: Bool { tally.withLock { $0.isIncomplete } }
    var progress: PassProgress { tally.withLock { $0.progress } }

    func add(_ result: WindowResult) {
        let elapsed = timekeeper.now - began
        tally.withLock { $0.add(result, elapsed: elapsed) }
    }

    /// Adds windows to the plan.
    func plan(_ windows: Int) {
        tally.withLock { $0.plan(windows) }
    }

    /// Takes windows out of the plan that are owed no more.
    func drop(_ windows: Int) {
        tally.withLock { $0.drop(windows) }
    }

    /// Counts requests that belong to no window.
    func add(requests: Int) {
        tally.withLock { $0.add(requests: requests) }
    }
}
