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

    var description: String { "\(work)" }

    func run() async throws {
        try SpoolFolder(program.configuration.spool.directory).prepare()
        try await cancelWhenGracefulShutdown {
            try await program.awaitCurrentSchema(patience)
        }
        try await program.withPresence(patience) {
            try await DatabaseWatch(connection: program.migrationConnection, logger: program.logger)
                .during { try await work.run() }
        }
    }
}
