import Warehouse

/// Adds up what the windows of a run amounted to.
struct ProgressTally {
    var summary = RunSummary()
    private(set) var progress = PassProgress()

    init(windows: Int) {
        summary.windowsPlanned = windows
        progress.windowsPlanned = windows
    }

    /// Whether some window failed or was never tried.
    var isIncomplete: Bool {
        summary.windowsFailed > 0 || progress.windowsDone < progress.windowsPlanned
    }

    mutating func plan(_ windows: Int) {
        summary.windowsPlanned += windows
        progress.windowsPlanned += windows
    }

    /// Takes windows out of the plan that are owed no more.
    mutating func drop(_ windows: Int) {
        summary.windowsPlanned -= windows
        progress.windowsPlanned -= windows
    }

    /// Counts requests that belong to no window, or to one that is left for later.
    mutating func add(requests: Int) {
        summary.requests += requests
        progress.requests += requests
    }

    mutating func add(_ result: WindowResult, elapsed: Duration) {
        summary.windowsPlanned += result.added
        summary.windowsStored += result.stored
        summary.windowsFailed += result.failed
        summary.rowsInserted += result.outcome.inserted
        summary.rowsUpdated += result.outcome.updated
        summary.rowsDeleted += result.outcome.deleted
        summary.rowsUnchanged += result.outcome.unchanged
        summary.requests += result.requests
        summary.lateDays += result.lateDays
        // What is owed no more was not planned, as it turned out.
        summary.windowsPlanned -= result.unavailable
        if result.unavailable > 0, result.stored + result.failed == 0 {
            progress.windowsPlanned -= 1
        } else {
            progress.windowsDone += 1
        }
        progress.rows += result.rows
        progress.requests += result.requests
        progress.elapsed = elapsed
    }
}
