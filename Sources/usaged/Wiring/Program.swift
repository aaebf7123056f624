import ArgumentParser
import FoundationEssentials
import Ingest
import Logging
import Migrations
import Operations
import Postgres
import UsagedConfiguration
import Warehouse

/// The object graph of one command, built from the configuration top to bottom.
struct Program {
    let configuration: Configuration
    let logger: Logger
    let output: StandardErrorStream
    let warehouse: Warehouse
    let migrator: Migrator

    /// Reads the configuration; opens nothing yet.
    init(_ options: CommonOptions) throws {
        output = StandardErrorStream()
        logger = options.makeLogger(on: output)
        configuration = try ConfigurationLoader(now: Date()).load(path: options.config)
        // Every window in flight may be storing, and the small statements that record executions must not wait.
        let windows = configuration.sources.count * PassSettings.standardWindowsAtOnce
        warehouse = Warehouse(conninfo: configuration.database, connections: windows + 3, logger: logger)
        migrator = Migrator(source: try MigrationSource.embedded(), logger: logger)
    }

    /// How the migrations connect.
    var migrationConnection: PostgresConfiguration {
        PostgresConfiguration(conninfo: configuration.database, applicationName: "usaged migrate")
    }

    /// Lends a connection of its own, as the migrations make it.
    func withConnection<Result: Sendable>(
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await PostgresConnection.connect(migrationConnection, logger: logger)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Refuses a schema that is not the one of this program.
    ///
    /// - Parameter migrating: whether the configuration's `migrate: auto` is obeyed; commands that only look never do.
    /// - Throws: `MigrationError` when the schema is behind, ahead or changed; `PostgresError`.
    func requireCurrentSchema(migrating: Bool) async throws {
        if migrating, configuration.migrate == .auto {
            try await Roles(self).makeIfMissing()
            try await migrator.apply(to: migrationConnection)
        }
        try await withConnection { try await migrator.verifyCurrent(on: $0) }
    }

    /// Makes the pass that all kinds of run share, and lends it while the HTTP clients are open.
    func withPass<Result: Sendable>(
        onEvent: @escaping @Sendable (PassEvent) -> Void,
        _ body: (Pass) async throws -> Result
    ) async throws -> Result {
        try await Vendors(self).withSources { sources in
            let pass = Pass(
                warehouse: warehouse,
                sources: sources,
                settings: PassSettings(
                    lookbackDays: configuration.schedule.lookbackDays,
                    widePassDays: configuration.schedule.widePassDays,
                    spoolDirectory: configuration.spool.directory,
                    version: UsagedVersion.current),
                onEvent: onEvent)
            return try await body(pass)
        }
    }
}

/// Runs a command's work and turns every error into a message and an exit status of sysexits.h.
func reporting(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        let failure = CommandFailure(error)
        StandardErrorStream().writeLine("usaged: \(failure.message)")
        throw ExitCode(failure.status.rawValue)
    }
}
