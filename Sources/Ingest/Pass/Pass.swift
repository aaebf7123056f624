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
    }

    /// Runs the pass to its end.
    ///
    /// When the task is cancelled, windows that are being fetched are given up (their executions stay open and are
    /// polled next time), transactions are rolled back or finished, and the report says `cancelled`.
    ///
    /// - Throws: `WarehouseError.datasetClaimed` or `.organizationChanged` when the configuration cannot be right, and
    ///   `PostgresError` when the database stayed away.
    package func run(_ scope: PassScope, _ selection: PassSelection = PassSelection()) async throws -> PassReport {
        let selected = sources.filter(selection.includes)
        try await patiently { try await warehouse.register(sources.map(\.registration)) }
        // A graceful shutdown cancels what waits for a vendor, here and in each window. What is being stored, and the
        // end of the run, are finished.
        let (prepared, failures) = try await cancelWhenGracefulShutdown {
            try await prepare(selected, for: scope, selection)
        }
        let run = try await patiently {
            try await warehouse.beginRun(scope.runKind, version: settings.version, now: settings.now())
        }
        onEvent(.began(run: run, windows: prepared.reduce(0) { $0 + $1.windows.count }))
        let work = await PassWork(pass: self, run: run).perform(prepared)
        // Without a database this is lost, and with it a courtesy but no data.
        try? await keepSilences(of: prepared)
        let summary = work.summary(withFailures: !failures.isEmpty)
        if let error = work.error, !(error is CancellationError) {
            // The database stayed away: its patience is used up, and the run may be left without an end.
            try? await warehouse.finishRun(run, summary, now: settings.now())
            onEvent(.finished(run: run, summary: summary))
            throw error
        }
        try await patiently { try await warehouse.finishRun(run, summary, now: settings.now()) }
        onEvent(.finished(run: run, summary: summary))
        return PassReport(
            summary: summary, sourceFailures: failures + work.failures, refusedDatasets: work.refusedDatasets,
            sources: selected.count)
    }

    /// Writes down until when sources were asked for silence, which a restart must not forget.
    private func keepSilences(of sources: [PreparedSource]) async throws {
        for source in sources {
            let silence = await source.adapter.common.silence
            guard silence > .zero else { continue }
            let now = settings.now()
            let kind = FetchFailureKind.rateLimited(retryAfter: silence)
            try await warehouse.markSourceFailed(
                source.name, because: "the API asked for silence", restingUntil: kind.restingUntil(from: now), now: now)
        }
    }

    /// Does a piece of work on the database again while it is away, and says so.
    func patiently<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        try await settings.patience.attempt(onRetry: { onEvent(.databaseAway(reason: $0.description)) }, work)
    }
}
