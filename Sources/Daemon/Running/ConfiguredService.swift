import Ingest
import Operations
import ServiceLifecycle
import UsageDomain
import UsagedConfiguration
import Warehouse

/// The daemon's work under one configuration: its sources are connected, health and metrics are answered for, the
/// database is waited for, and pass follows pass.
struct ConfiguredService: Service, CustomStringConvertible {
    let program: Program
    let selection: PassSelection
    /// Told once each source is decided and one of them can work: from then on the configuration is one that works.
    let onProof: @Sendable () -> Void

    var description: String { "configuration" }

    func run() async throws {
        let log = PassLog(logger: program.logger)
        let patience = DatabasePatience(limit: nil, timekeeper: program.timekeeper)
        do {
            try await program.withPass(patience: patience, onEvent: log.receive) { pass in
                try await ServiceGroup.together(services(pass, patience), logger: program.logger).run()
            }
        } catch is CancellationError {
            // Asked to stop while it waited for the database: that is how a daemon ends.
        } catch {
            await program.warehouse.close()
            throw error
        }
        await program.warehouse.close()
    }

    /// What answers from before the work begins until after it has ended, and the work.
    private func services(_ pass: Pass, _ patience: DatabasePatience) -> [any Service] {
        let schedule = ScheduledService(
            pass: pass, selection: selection, every: program.configuration.schedule.every,
            abandonments: program.abandonments, timekeeper: program.timekeeper, monitor: program.monitor,
            logger: program.logger,
            onEvent: { [health = program.monitor.health] _ in if health.report.isProof { onProof() } })
        let listening = Announcement()
        guard let listener = listener(pass.sources, listening) else {
            return [PreparedService(program: program, patience: patience, work: schedule)]
        }
        return [
            listener, PreparedService(program: program, patience: patience, work: schedule, listening: listening),
        ]
    }

    /// What answers for health and metrics; nil when the configuration switches that off.
    private func listener(_ sources: [ConfiguredSource], _ listening: Announcement) -> StatusListener? {
        guard let address = program.configuration.listen else { return nil }
        let budgets = sources.compactMap { source in
            source.adapter.common.budget.map { (source: source.name, budget: $0) }
        }
        let pages = StatusPages(
            of: program.monitor, version: UsagedVersion.current, budgets: budgets, timekeeper: program.timekeeper)
        return StatusListener(pages, host: address.host, port: address.port, logger: program.logger) { _ in
            listening.announce()
        }
    }
}
