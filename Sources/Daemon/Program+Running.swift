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
    ///   - onEvent: is told what happens.
    /// - Returns: how the pass ended; nil when it was asked to stop before it had begun.
    /// - Throws: what `Pass.run` throws, and `CommandFailure` when a source cannot be connected.
    package func runOnce(
        _ scope: PassScope,
        _ selection: PassSelection,
        onEvent: @escaping @Sendable (PassEvent) -> Void
    ) async throws -> PassReport? {
        let result = PassResult()
        try await withPresence {
            try await withPass(onEvent: onEvent) { pass in
                try await supervise(PassService(pass: pass, scope: scope, selection: selection, result: result))
            }
        }
        await warehouse.close()
        return result.report
    }

    /// Makes passes over what is due until SIGTERM or SIGINT, which end it within 10 seconds.
    ///
    /// - Throws: `CommandFailure` when no source may be read; `WarehouseError` when the configuration cannot be right.
    package func runScheduled(_ selection: PassSelection) async throws {
        try await withPresence {
            try await withPass(onEvent: PassLog(logger: logger).receive) { pass in
                try await supervise(
                    ScheduledService(
                        pass: pass, selection: selection, every: configuration.schedule.every, timekeeper: timekeeper,
                        logger: logger))
            }
        }
        await warehouse.close()
    }

    private func supervise(_ service: some Service) async throws {
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
