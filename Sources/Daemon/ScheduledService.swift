import Ingest
import Logging
import ServiceLifecycle
import Timekeeping
import Warehouse

/// The daemon: a pass over what is due, then a pause, until it is asked to stop.
struct ScheduledService: Service, CustomStringConvertible {
    let pass: Pass
    let selection: PassSelection
    let every: Duration
    let timekeeper: Timekeeper
    let logger: Logger

    var description: String { "schedule" }

    func run() async throws {
        var hasWorked = false
        while !Task.isShuttingDownGracefully {
            do {
                let report = try await pass.run(.scheduled, selection)
                // A daemon that never got in anywhere has a wrong configuration; one that did may get in again.
                if !hasWorked, let failure = CommandFailure(report), failure.status == .noPermission { throw failure }
                hasWorked = hasWorked || report.sourceFailures.count < report.sources
            } catch is CancellationError {
                return
            } catch let failure as CommandFailure {
                throw failure
            } catch let error as WarehouseError {
                // Trying again cannot help: the configuration must change.
                throw error
            } catch {
                // What is due follows from coverage: the next pass takes up whatever this one left.
                logger.error("run failed", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown { [every, timekeeper] in
                    try await timekeeper.sleep(for: every)
                }
            } catch {
                return
            }
        }
    }
}
