import Ingest
import Operations
import ServiceLifecycle
import UsagedConfiguration
import Warehouse

/// A service that begins once it can work: its spool can be written, and the database is there with its schema.
///
/// The database is waited for here as patiently as later in the middle of the work: whoever starts everything at once
/// need not care for the order.
struct PreparedService<Work: Service>: Service, CustomStringConvertible {
    let program: Program
    let patience: DatabasePatience
    let work: Work
    /// What must be there before anything else; nil when there is nothing to wait for.
    var listening: Announcement?

    var description: String { "\(work)" }

    func run() async throws {
        if let listening {
            do {
                try await cancelWhenGracefulShutdown { try await listening.wait() }
            } catch is CancellationError {
                // Nothing has begun: whatever ended the wait has its own reason.
                return
            }
        }
        program.monitor.supervision.beginPreparation()
        try SpoolFolder(program.configuration.spool.directory).prepare()
        try await cancelWhenGracefulShutdown {
            try await program.awaitCurrentSchema(patience)
        }
        try await program.withPresence(patience) {
            program.monitor.supervision.endPreparation()
            try await DatabaseWatch(connection: program.migrationConnection, logger: program.logger)
                .during { try await work.run() }
        }
    }
}
