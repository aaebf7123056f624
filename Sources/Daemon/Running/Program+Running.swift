package import Ingest
import Operations
import ServiceLifecycle
import UnixSignals
import UsagedConfiguration
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
        try await withPass(patience: patience, onEvent: onEvent) { pass in
            try await supervise(
                PassService(pass: pass, scope: scope, selection: selection, result: result), patience)
        }
        await warehouse.close()
        return result.report
    }

    /// Makes passes over what is due until SIGTERM or SIGINT, which end it within 10 seconds. A database that is away is
    /// waited for without end.
    ///
    /// - Throws: `CommandFailure` when no source may be read; `WarehouseError`, `MigrationError` or `SpoolError` when the
    ///   configuration cannot be right.
    package func runScheduled(_ selection: PassSelection) async throws {
        let patience = DatabasePatience(limit: nil, timekeeper: timekeeper)
        do {
            try await withPass(patience: patience, onEvent: PassLog(logger: logger).receive) { pass in
                try await supervise(
                    ScheduledService(
                        pass: pass, selection: selection, every: configuration.schedule.every, timekeeper: timekeeper,
                        logger: logger),
                    patience)
            }
        } catch is CancellationError {
            // Asked to stop while it waited for the database: that is how a daemon ends.
        }
        await warehouse.close()
    }

    private func supervise(_ work: some Service, _ patience: DatabasePatience) async throws {
        let service = PreparedService(program: self, patience: patience, work: work)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(8)
        try await ServiceGroup(configuration: configuration).run()
    }
}
