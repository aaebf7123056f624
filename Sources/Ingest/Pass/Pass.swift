import FoundationEssentials
import Postgres
import ServiceLifecycle
import UsageDomain
package import Warehouse

/// One pass over the sources: plan, fetch, store. The daemon, `--once` and `--backfill` all run this one, with other
/// bounds.
package struct Pass: Sendable {
    package let warehouse: Warehouse
    package let sources: [ConfiguredSource]
    package let settings: PassSettings
    package let onEvent: @Sendable (PassEvent) -> Void
    /// What failed before, in another process, may have been mended since: it is tried at once.
    let madeAt: Date

    package init(
        warehouse: Warehouse,
        sources: [ConfiguredSource],
        settings: PassSettings,
        onEvent: @escaping @Sendable (PassEvent) -> Void
    ) {
        self.warehouse = warehouse
        self.sources = sources
        self.settings = settings
        self.onEvent = onEvent
        madeAt = settings.now()
    }

    /// Runs the pass to its end.
    ///
    /// When the task is cancelled, windows that are being fetched are given up (their executions stay open and are
    /// polled next time), transactions are rolled back or finished, and the report says `cancelled`.
    ///
    /// - Throws: ``DaysGivenUp`` when a backfill asks for nothing else, `WarehouseError.datasetClaimed` or
    ///   `.organizationChanged` when the configuration cannot be right, and
    ///   `PostgresError` when the database stayed away.
    package func run(_ scope: PassScope, _ selection: PassSelection = PassSelection()) async throws -> PassReport {
        let selected = sources.filter(selection.includes)
        let meter = await RequestMeter(selected)
        try await refuseDaysGivenUp(scope, selection)
        try await Registration(pass: self).perform()
        let run = PassRun(pass: self, scope: scope)
        let work: PassWork.Outcome
        do {
            let planning = PassPlanning(pass: self, scope: scope, selection: selection)
            work = try await PassWork(pass: self, planning: planning, run: run, meter: meter).perform(selected)
        } catch {
            if let id = await run.id { await abandon(id, run.tally.summary) }
            throw error
        }
        if let error = work.error, await run.id == nil { throw error }
        let id = try await run.begin(windows: 0)
        let summary = work.runSummary
        if let error = work.error, !(error is CancellationError) {
            // The database stayed away: its patience is used up, and the run may be left without an end.
            try? await warehouse.finishRun(id, summary, now: settings.now())
            onEvent(.finished(run: id, summary: summary))
            throw error
        }
        try await patiently { try await warehouse.finishRun(id, summary, now: settings.now()) }
        onEvent(.finished(run: id, summary: summary))
        return PassReport(
            summary: summary, sourceFailures: work.failures, refusedDatasets: work.refusedDatasets,
            sources: selected.count, isLeft: work.isLeft)
    }

    /// The same pass, which tells another of what happens.
    package func reporting(to onEvent: @escaping @Sendable (PassEvent) -> Void) -> Pass {
        Pass(warehouse: warehouse, sources: sources, settings: settings, onEvent: onEvent)
    }

    /// Ends a run in which the configuration turned out to be wrong.
    private func abandon(_ run: RunID, _ tally: RunSummary) async {
        var summary = tally
        summary.outcome = .cancelled
        try? await warehouse.finishRun(run, summary, now: settings.now())
        onEvent(.finished(run: run, summary: summary))
    }

    /// Does a piece of work on the database again while it is away, and says so.
    func patiently<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        try await settings.patience.attempt(onEvent: onEvent, work)
    }
}
