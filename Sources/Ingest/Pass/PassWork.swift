import FoundationEssentials
import ServiceLifecycle
import UsageDomain
import Warehouse

/// The part of a pass that works on windows: the most urgent first, `windowsAtOnce` of each source at a time.
struct PassWork: Sendable {
    /// What came of it, also when it ended early.
    struct Outcome: Sendable {
        fileprivate(set) var tally: ProgressTally
        /// Sources that stopped on the way.
        fileprivate(set) var failures: [PassReport.SourceFailure] = []
        /// Per-client datasets of which not one client could be read.
        fileprivate(set) var refusedDatasets: [PassReport.RefusedDataset] = []
        /// What ended the work early: `CancellationError`, or `PostgresError` when the database stayed away.
        fileprivate(set) var error: (any Error)?

        func summary(withFailures hasFailures: Bool) -> RunSummary {
            var summary = tally.summary
            if error is CancellationError {
                summary.outcome = .cancelled
            } else if hasFailures || error != nil || !failures.isEmpty || !refusedDatasets.isEmpty
                || tally.isIncomplete
            {
                summary.outcome = .incomplete
            }
            return summary
        }
    }

    /// A window that is done with; its result is nil when a graceful shutdown ended it.
    private struct Finished: Sendable {
        let source: Int
        let window: Window
        let result: WindowResult?
    }

    let pass: Pass
    let run: RunID

    func perform(_ sources: [PreparedSource]) async -> Outcome {
        var outcome = Outcome(tally: ProgressTally(windows: sources.reduce(0) { $0 + $1.windows.count }))
        outcome.refusedDatasets = sources.flatMap(\.refusedDatasets)
        do {
            for source in sources {
                try await writeOff(
                    source.forgotten, of: source, because: "the API answers for one year back only", until: nil)
                for resting in source.resting {
                    try await writeOff(
                        resting.windows, of: source,
                        because: "the API would not speak of this OAuth client when it was last asked",
                        until: resting.until)
                }
            }
            try await perform(sources, &outcome)
            if outcome.error == nil { try await checkMonths(of: sources, &outcome) }
        } catch {
            outcome.error = error
        }
        return outcome
    }

    private func perform(_ sources: [PreparedSource], _ outcome: inout Outcome) async throws {
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Finished.self) { group in
            var queues = sources.map { WindowQueue($0.windows) }
            var refusals = ClientRefusals()
            for source in sources.indices {
                for _ in 0..<pass.settings.windowsAtOnce {
                    if let window = queues[source].next() { add(window, of: source, in: sources, to: &group) }
                }
            }
            while let finished = try await group.next() {
                let source = finished.source
                queues[source].finish(finished.window)
                guard let result = finished.result else {
                    // Shutting down: what is being stored goes on to its end, and no window is begun any more.
                    outcome.error = CancellationError()
                    for source in queues.indices { queues[source].removeAll() }
                    continue
                }
                outcome.tally.add(result, elapsed: ContinuousClock.now - began)
                if let client = result.unavailableClient {
                    let others = queues[source].remove(where: client.covers)
                    outcome.tally.drop(others.count)
                    try await note(client, others, of: sources[source])
                    if refusals.insert(client, of: sources[source]) {
                        outcome.refusedDatasets.append(
                            PassReport.RefusedDataset(
                                source: sources[source].name, dataset: client.window.dataset, reason: client.reason))
                    }
                }
                pass.onEvent(.progressed(outcome.tally.progress))
                if let stop = result.stop {
                    queues[source].removeAll()
                    try await note(stop, of: sources[source].name, in: &outcome)
                }
                if Task.isShuttingDownGracefully, queues.contains(where: { !$0.isEmpty }) {
                    outcome.error = CancellationError()
                    for source in queues.indices { queues[source].removeAll() }
                }
                // One that ended may have held up several.
                while queues[source].working < pass.settings.windowsAtOnce, let window = queues[source].next() {
                    add(window, of: source, in: sources, to: &group)
                }
            }
        }
    }

    private func add(
        _ window: Window,
        of source: Int,
        in sources: [PreparedSource],
        to group: inout ThrowingTaskGroup<Finished, any Error>
    ) {
        let work = WindowWork(
            source: sources[source], run: run, warehouse: pass.warehouse, settings: pass.settings,
            onEvent: pass.onEvent)
        group.addTask {
            do {
                return Finished(source: source, window: window, result: try await work.perform(window))
            } catch is CancellationError where !Task.isCancelled {
                return Finished(source: source, window: window, result: nil)
            }
        }
    }

    // MARK: - What is owed no more

    /// Several windows in flight may stop a source for one reason: it is told once.
    private func note(_ stop: WindowResult.Stop, of source: String, in outcome: inout Outcome) async throws {
        guard !outcome.failures.contains(where: { $0.source == source }) else { return }
        outcome.failures.append(
            PassReport.SourceFailure(source: source, kind: stop.kind, reason: stop.reason))
        pass.onEvent(.sourceFailed(source: source, reason: stop.reason))
        let now = pass.settings.now()
        try await pass.patiently {
            try await pass.warehouse.markSourceFailed(
                source, because: stop.reason, restingUntil: stop.kind.restingUntil(from: now), now: now)
        }
    }

    /// An OAuth client that the API will not speak of owes nothing for a week: not the window that found out, and not
    /// those that were still to be asked.
    private func note(
        _ client: WindowResult.UnavailableClient,
        _ others: [Window],
        of source: PreparedSource
    ) async throws {
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

    /// Writes down that days will not come, or not before a moment.
    private func writeOff(
        _ windows: [Window],
        of source: PreparedSource,
        because reason: String,
        until nextAttempt: Date?
    ) async throws {
        guard !windows.isEmpty else { return }
        try await pass.patiently {
            try await pass.warehouse.markUnavailable(
                windows, organization: source.organization, run: run, because: reason, until: nextAttempt)
        }
    }

    // MARK: - Months

    private func checkMonths(of sources: [PreparedSource], _ outcome: inout Outcome) async throws {
        for source in sources where !outcome.failures.contains(where: { $0.source == source.name }) {
            guard case .channelUsage(let adapter) = source.adapter else { continue }
            let check = MonthCheck(pass: pass, run: run, source: source, adapter: adapter)
            outcome.tally.summary.requests += try await check.perform()
        }
    }
}

extension FetchFailureKind {
    /// Until when the API asks for silence; nil when it does not.
    func restingUntil(from now: Date) -> Date? {
        guard case .rateLimited(let silence) = self else { return nil }
        return now.addingTimeInterval(silence.timeInterval)
    }
}
