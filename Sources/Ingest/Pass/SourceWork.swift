import FoundationEssentials
import Postgres
import ServiceLifecycle
import Timekeeping
import UsageDomain
import Warehouse

/// Works on the windows of one source: the most urgent first, `windowsAtOnce` at a time.
struct SourceWork: Sendable {
    /// What came of it, also when it ended early.
    struct Outcome: Sendable {
        /// Why the source stopped on the way.
        fileprivate(set) var failure: PassReport.SourceFailure?
        /// Per-client datasets of which not one client could be read.
        fileprivate(set) var refusedDatasets: [PassReport.RefusedDataset] = []
        /// What ended the work early: `CancellationError`, or `PostgresError` when the database stayed away.
        fileprivate(set) var error: (any Error)?
        /// Windows that were left to others, or to a new plan.
        fileprivate(set) var left: [Window] = []
    }

    /// A window that is done with; its result is nil when a graceful shutdown ended it.
    private struct Finished: Sendable {
        let window: Window
        let result: WindowResult?
    }

    let pass: Pass
    let run: RunID
    let source: PreparedSource
    let tally: SharedTally
    let turn: SourceTurn

    func perform() async -> Outcome {
        var outcome = Outcome()
        do {
            try await ExecutionHousekeeping(pass: pass, run: run, source: source, executions: tally.executions)
                .perform()
            try await writeOff()
            try await performWindows(&outcome)
            if outcome.error == nil, outcome.failure == nil, outcome.left.isEmpty {
                try await checkMonths()
                try await SourceBackOff(pass: pass, source: source.name).end()
                try await keepStatistics()
            }
        } catch {
            outcome.error = error
        }
        if let error = turn.hold.error { outcome.error = error }
        return outcome
    }

    /// That statistics cannot be brought up to date holds up no source, and they hold up no shutdown: the next pass will do.
    private func keepStatistics() async throws {
        do {
            _ = try await cancelWhenGracefulShutdown { try await pass.warehouse.analyzeGrown() }
        } catch let error as PostgresError {
            pass.onEvent(.housekeepingFailed(reason: error.description))
        } catch is CancellationError where !Task.isCancelled {
            // Of the shutdown.
        }
    }

    private func performWindows(_ outcome: inout Outcome) async throws {
        var breaker = DatasetBreaker()
        let backOff = DatasetBackOff(pass: pass, source: source)
        try await withThrowingTaskGroup(of: Finished.self) { group in
            var queue = WindowQueue(source.windows)
            var refusals = ClientRefusals()
            var flight = await self.flight
            var deferrals = Deferrals()
            while queue.working < flight.limit, let window = queue.next() { add(window, deferrals, to: &group) }
            while let finished = try await group.next() {
                queue.finish(finished.window)
                outcome.left += turn.leave(&queue, of: source.windows)
                guard let result = finished.result else {
                    if turn.hold.isForfeited, !Task.isShuttingDownGracefully {
                        outcome.left.append(finished.window)
                        continue
                    }
                    // Shutting down: what is being stored goes on to its end, and no window is begun any more.
                    outcome.error = CancellationError()
                    queue.removeAll()
                    continue
                }
                flight.windowEnded(await observation(after: result, working: queue.working))
                if result.isDeferred {
                    tally.add(requests: result.requests)
                    // A source that has stopped takes nothing up again: the window stays due.
                    if outcome.failure == nil, outcome.error == nil {
                        deferrals.add(finished.window, besides: queue.working)
                        queue.putBack(finished.window)
                    }
                } else {
                    tally.add(result)
                    for trip in breaker.note(finished.window, result) {
                        let others = queue.remove(where: trip.covers)
                        try await backOff.leave(trip, windows: others.count)
                    }
                }
                if let client = result.unavailableClient {
                    let others = queue.remove(where: client.covers)
                    tally.drop(others.count)
                    try await note(client, others)
                    if refusals.insert(client, of: source) {
                        outcome.refusedDatasets.append(
                            PassReport.RefusedDataset(
                                source: source.name, dataset: client.window.dataset, reason: client.reason))
                    }
                }
                pass.onEvent(.progressed(tally.progress))
                if let stop = result.stop {
                    queue.removeAll()
                    try await note(stop, in: &outcome)
                }
                if Task.isShuttingDownGracefully, !queue.isEmpty {
                    outcome.error = CancellationError()
                    queue.removeAll()
                }
                // One that ended may have held up several.
                while queue.working < flight.limit, let window = queue.next() { add(window, deferrals, to: &group) }
            }
        }
        try await backOff.end(breaker.working)
    }

    private func add(
        _ window: Window,
        _ deferrals: Deferrals,
        to group: inout ThrowingTaskGroup<Finished, any Error>
    ) {
        var work = WindowWork(
            source: source, run: run, warehouse: pass.warehouse, settings: pass.settings,
            executions: tally.executions, onEvent: pass.onEvent)
        work.isDeferrable = deferrals.mayDefer(window)
        let wait = deferrals.wait(before: window)
        group.addTask { [work, timekeeper = pass.settings.timekeeper] in
            do {
                if wait > .zero { try await cancelWhenGracefulShutdown { try await timekeeper.sleep(for: wait) } }
                return Finished(window: window, result: try await work.perform(window))
            } catch is CancellationError where !Task.isCancelled {
                return Finished(window: window, result: nil)
            }
        }
    }

    // MARK: - How many at once

    /// A source that executes nothing has nothing to wait for beside its turn.
    private var flight: WindowsInFlight {
        get async {
            let settings = pass.settings
            guard case .apiUsage(let adapter) = source.adapter, let budget = adapter.budget else {
                return WindowsInFlight(limit: settings.windowsAtOnce, most: settings.windowsAtOnce)
            }
            return WindowsInFlight(
                limit: settings.windowsAtOnce, most: settings.mostWindowsAtOnce, refusals: await budget.refusals,
                idleTime: await budget.idleTime, now: settings.timekeeper.now)
        }
    }

    private func observation(after result: WindowResult, working: Int) async -> WindowsInFlight.Observation {
        let budget = source.adapter.common.budget
        return WindowsInFlight.Observation(
            refusals: await budget?.refusals ?? 0, idleTime: await budget?.idleTime ?? .zero,
            now: pass.settings.timekeeper.now, wasCrowdedOut: result.isDeferred,
            isFruitful: result.stored > 0, working: working)
    }

    // MARK: - What is owed no more

    /// Several windows in flight may stop a source for one reason: it is told once.
    private func note(_ stop: WindowResult.Stop, in outcome: inout Outcome) async throws {
        guard outcome.failure == nil else { return }
        outcome.failure = PassReport.SourceFailure(source: source.name, kind: stop.kind, reason: stop.reason)
        pass.onEvent(.sourceFailed(source: source.name, kind: stop.kind, reason: stop.reason))
        try await SourceBackOff(pass: pass, source: source.name).note(stop.kind, because: stop.reason)
    }

    /// An OAuth client that the API will not speak of owes nothing for a week: not the window that found out, and not
    /// those that were still to be asked.
    private func note(_ client: WindowResult.UnavailableClient, _ others: [Window]) async throws {
        let windows = [client.window] + others
        let now = pass.settings.now()
        try await pass.patiently {
            try await pass.warehouse.markUnavailable(
                windows, organization: source.organization, run: run, because: client.reason,
                until: now.addingTimeInterval(Planner.unavailableClientInterval.timeInterval))
        }
        pass.onEvent(
            .clientUnavailable(
                source: source.name, dataset: client.window.dataset, clientID: client.window.clientID,
                windows: windows.count, reason: client.reason))
    }

    /// Writes down which days will not come, or not before a moment.
    private func writeOff() async throws {
        try await writeOff(source.forgotten, because: "the API answers for one year back only", until: nil)
        for resting in source.resting {
            try await writeOff(
                resting.windows, because: "the API would not speak of this OAuth client when it was last asked",
                until: resting.until)
        }
    }

    private func writeOff(_ windows: [Window], because reason: String, until nextAttempt: Date?) async throws {
        guard !windows.isEmpty else { return }
        try await pass.patiently {
            try await pass.warehouse.markUnavailable(
                windows, organization: source.organization, run: run, because: reason, until: nextAttempt)
        }
    }

    // MARK: - Months

    private func checkMonths() async throws {
        guard case .channelUsage(let adapter) = source.adapter else { return }
        let check = MonthCheck(pass: pass, run: run, source: source, adapter: adapter)
        tally.add(requests: try await check.perform())
    }
}

extension FetchFailureKind {
    /// Until when the API asks for silence; nil when it does not.
    func restingUntil(from now: Date) -> Date? {
        guard case .rateLimited(let silence) = self else { return nil }
        return now.addingTimeInterval(silence.timeInterval)
    }

    /// A reason with the moment until which it keeps the source from working, if there is one.
    func reason(_ text: String, at now: Date) -> String {
        guard let end = restingUntil(from: now) else { return text }
        return "\(text); rests until \(end.formatted(.iso8601))"
    }
}
