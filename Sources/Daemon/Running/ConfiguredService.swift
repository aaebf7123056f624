import Ingest
import Operations
import ServiceLifecycle
import UsagedConfiguration
import Warehouse

/// The daemon's work under one configuration: its sources are connected, the database is waited for, and pass follows
/// pass.
struct ConfiguredService: Service, CustomStringConvertible {
    let program: Program
    let selection: PassSelection
    /// Told once a source was let in and is known to the database: from then on the configuration is one that works.
    let onProof: @Sendable () -> Void

    var description: String { "configuration" }

    func run() async throws {
        let log = PassLog(logger: program.logger)
        let patience = DatabasePatience(limit: nil, timekeeper: program.timekeeper)
        do {
            try await program.withPass(patience: patience, onEvent: log.receive) { pass in
                let work = ScheduledService(
                    pass: pass, selection: selection, every: program.configuration.schedule.every,
                    timekeeper: program.timekeeper, logger: program.logger,
                    onEvent: { if case .sourceReady = $0 { onProof() } })
                try await PreparedService(program: program, patience: patience, work: work).run()
            }
        } catch is CancellationError {
            // Asked to stop while it waited for the database: that is how a daemon ends.
        } catch {
            await program.warehouse.close()
            throw error
        }
        await program.warehouse.close()
    }
}
