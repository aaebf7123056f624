import Warehouse

/// The run of a pass, begun when the first of its sources is ready: a pass that waits for others leaves no open run behind.
actor PassRun {
    private enum State {
        case none
        case beginning([CheckedContinuation<RunID, any Error>])
        case begun(RunID)
    }

    nonisolated let tally: SharedTally
    private let pass: Pass
    private let scope: PassScope
    private var state = State.none

    init(pass: Pass, scope: PassScope) {
        self.pass = pass
        self.scope = scope
        tally = SharedTally(windows: 0, timekeeper: pass.settings.timekeeper)
    }

    /// Nil as long as no source was ready.
    var id: RunID? {
        if case .begun(let id) = state { id } else { nil }
    }

    /// Adds windows to the plan, and begins the run if that has not happened yet.
    ///
    /// - Parameter windows: how many a source adds.
    /// - Returns: the run's number.
    /// - Throws: `PostgresError`, `CancellationError`.
    func begin(windows: Int) async throws -> RunID {
        tally.plan(windows)
        switch state {
        case .begun(let id):
            if windows > 0 { pass.onEvent(.progressed(tally.progress)) }
            return id
        case .beginning(let others):
            return try await withCheckedThrowingContinuation { state = .beginning(others + [$0]) }
        case .none:
            state = .beginning([])
            let result: Result<RunID, any Error>
            do {
                result = .success(
                    try await pass.patiently {
                        try await pass.warehouse.beginRun(
                            scope.runKind, version: pass.settings.version, now: pass.settings.now())
                    })
            } catch {
                result = .failure(error)
            }
            let waiting: [CheckedContinuation<RunID, any Error>]
            if case .beginning(let others) = state { waiting = others } else { waiting = [] }
            state = (try? result.get()).map(State.begun) ?? .none
            if let id { pass.onEvent(.began(run: id, windows: tally.progress.windowsPlanned)) }
            for continuation in waiting { continuation.resume(with: result) }
            return try result.get()
        }
    }
}
