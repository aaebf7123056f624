package import Ingest
import Operations
package import UsagedConfiguration
import Warehouse

extension Program {
    /// Makes one pass and ends; SIGTERM and SIGINT end it within 10 seconds.
    ///
    /// - Parameters:
    ///   - scope: which windows it works on.
    ///   - selection: which sources and datasets.
    ///   - limit: how long a database that is away is waited for.
    ///   - onEvent: is told what happens.
    /// - Returns: how the pass ended; nil when it was asked to stop before it had begun.
    /// - Throws: what `Pass.run` throws, `MigrationError` when the schema is not the one of this program, `SpoolError`
    ///   when the spool cannot be written, and `CommandFailure` when a source cannot be connected.
    package func runOnce(
        _ scope: PassScope,
        _ selection: PassSelection,
        waitingForDatabase limit: Duration = DatabasePatience.standardLimit,
        onEvent: @escaping @Sendable (PassEvent) -> Void
    ) async throws -> PassReport? {
        let result = PassResult()
        let patience = DatabasePatience(limit: limit, timekeeper: timekeeper)
        let observing: @Sendable (PassEvent) -> Void = { [monitor] event in
            monitor.receiveOfAll(event)
            onEvent(event)
        }
        try await withPass(patience: patience, onEvent: observing) { pass in
            let work = PassService(pass: pass, scope: scope, selection: selection, result: result, monitor: monitor)
            try await SignalledGroup(program: self).run(
                PreparedService(program: self, patience: patience, work: work))
        }
        await warehouse.close()
        return result.report
    }

    /// Makes passes over what is due until SIGTERM or SIGINT, which end it within 10 seconds, and a second one at once. A
    /// database that is away is waited for without end.
    ///
    /// - Parameters:
    ///   - selection: which sources and datasets.
    ///   - reread: reads the configuration again, at SIGHUP.
    /// - Throws: `CommandFailure` when no source may be read; `WarehouseError`, `MigrationError` or `SpoolError` when the
    ///   configuration cannot be right.
    package func runScheduled(
        _ selection: PassSelection, rereading reread: @escaping @Sendable () throws -> Configuration
    ) async throws {
        try await SignalledGroup(program: self).run(
            ReloadingService(program: self, selection: selection, reread: reread))
    }
}
