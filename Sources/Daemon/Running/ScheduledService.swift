import Ingest
import Logging
import Operations
import ServiceLifecycle
import Timekeeping
import UsageDomain
import Warehouse

/// The daemon: each source by itself is read again and again, until it is asked to stop. One that has a year to catch up
/// on, or waits for another process to let go of it, holds up no other.
struct ScheduledService: Service, CustomStringConvertible {
    let pass: Pass
    let selection: PassSelection
    let every: Duration
    let abandonments: Abandonments
    let timekeeper: Timekeeper
    let monitor: Monitor
    let logger: Logger
    /// Told what happens, beside the log.
    let onEvent: @Sendable (PassEvent) -> Void

    var description: String { "schedule" }

    func run() async throws {
        let sources = pass.sources.filter(selection.includes).map(\.name)
        let admission = Admission(sources: sources.count)
        monitor.beginLoops(of: sources)
        var generator = SystemRandomNumberGenerator()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for source in sources {
                let log = PassLog(logger: logger)
                let reporting = pass.reporting { [monitor, onEvent] event in
                    log.receive(event)
                    monitor.receive(event)
                    onEvent(event)
                }
                let loop = SourceLoop(
                    pass: reporting, source: source, datasets: selection.datasets,
                    ticks: Ticks(every: every, using: &generator), admission: admission,
                    abandonments: abandonments, timekeeper: timekeeper, monitor: monitor, logger: logger)
                group.addTask {
                    try await WorkContext.extended(by: { $0.source = source }) { try await loop.run() }
                }
            }
            // The first that throws ends the others, too; waitForAll would wait for them.
            for try await _ in group {}
        }
    }
}
