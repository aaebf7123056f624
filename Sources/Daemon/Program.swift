package import Ingest
package import Logging
package import Migrations
package import Operations
package import Postgres
package import Timekeeping
import UsageDomain
package import UsagedConfiguration
package import Warehouse

/// The object graph of one command, built from the configuration top to bottom.
package struct Program {
    package let configuration: Configuration
    /// Of its sources, as they were when the program was made.
    let secrets: SourceSecrets
    package let logger: Logger
    package let warehouse: Warehouse
    package let migrator: Migrator

    /// Says in the database for which sources this process is configured.
    let presence: PresenceKeeper
    /// Tells which sources are left without anybody who works on them.
    let abandonments = Abandonments()
    package let timekeeper: Timekeeper
    /// What the program knows of itself.
    package let monitor: Monitor
    /// How long a vendor may send nothing before a request is given up; real time, as all of a connection's limits.
    package let longestSilence: Duration

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: what the operator wants.
    ///   - secrets: of its sources; nil reads them now.
    ///   - timekeeper: where everything in the program gets its time from.
    ///   - longestSilence: how long a vendor may send nothing before a request is given up.
    ///   - supervision: is told what the process does; outlives the configuration.
    ///   - logger: for the whole process.
    /// - Throws: `MigrationError` when the migrations that are compiled in cannot be right.
    package init(
        _ configuration: Configuration,
        secrets: SourceSecrets? = nil,
        timekeeper: Timekeeper = Timekeeper(),
        longestSilence: Duration = .seconds(60),
        supervision: Supervision = Supervision(now: { [systemTime = Program.systemTime] in systemTime.now }),
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.secrets = secrets ?? SourceSecrets(of: configuration)
        self.longestSilence = longestSilence
        self.timekeeper = timekeeper
        self.logger = logger
        monitor = Monitor(
            sources: configuration.sources.map { ($0.name, $0.datasets.compactMap(Dataset.init(rawValue:))) },
            supervision: supervision)
        // So many windows store at once, and the small statements that record executions must not wait. Windows in flight
        // beyond that wait with what they have fetched.
        warehouse = Warehouse(
            conninfo: configuration.database, connections: Self.pooledConnections(of: configuration), logger: logger)
        presence = PresenceKeeper(
            of: configuration.sources.map(\.name), in: warehouse.lockSession, logger: logger)
        migrator = Migrator(source: try MigrationSource.embedded(), logger: logger)
    }

    private static func pooledConnections(of configuration: Configuration) -> Int {
        configuration.sources.count * PassSettings.standardWindowsAtOnce + 3
    }

    /// Connections to the database that are open at once at most: those of the pool, one for each source that is worked
    /// on, and the one that says for which sources the process is configured.
    var connectionsAtMost: Int {
        Self.pooledConnections(of: configuration) + configuration.sources.count + 1
    }

    /// How the migrations connect.
    package var migrationConnection: PostgresConfiguration {
        PostgresConfiguration(conninfo: configuration.database, applicationName: "usaged migrate")
    }

    /// Lends a connection of its own, as the migrations make it.
    package func withConnection<Result: Sendable>(
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
    package func requireCurrentSchema(migrating: Bool) async throws {
        if migrating, configuration.migrate == .auto {
            try await Roles(self).makeIfMissing()
            try await migrator.apply(to: migrationConnection)
        }
        try await withConnection { try await migrator.verifyCurrent(on: $0) }
    }

    /// Waits for the database, then refuses a schema that is not the one of this program; `migrate: auto` is obeyed.
    ///
    /// - Parameter patience: how long a database that is away is waited for.
    /// - Throws: as ``requireCurrentSchema(migrating:)``, and `CancellationError`.
    func awaitCurrentSchema(_ patience: DatabasePatience) async throws {
        try await patience.attempt(onEvent: observe) {
            do {
                try await requireCurrentSchema(migrating: true)
                monitor.health.noteSchemaCurrent()
            } catch MigrationError.failed(_, _, let cause) where cause.isTransient {
                throw cause
            } catch let error as MigrationError where error.isTransient {
                throw PostgresError.deadlineExceeded(during: error.description)
            }
        }
    }

    /// Time as systemd measures it, whatever time the work keeps to.
    package static let systemTime = Timekeeper(SuspendingClock())

    /// Takes note of what happens outside of any pass.
    func observe(_ event: PassEvent) {
        monitor.receive(event)
        PassLog(logger: logger).receive(event)
    }

    /// How many days after its date a day is read again each day.
    package var watchedDays: Int {
        LateDay.watchedDays(
            lookbackDays: configuration.schedule.lookbackDays, settleAfter: configuration.schedule.settleAfter)
    }

    /// Makes the pass that all kinds of run share, and lends it while the HTTP clients are open.
    ///
    /// - Parameters:
    ///   - patience: how long the pass waits for a database that went away.
    ///   - onEvent: is told what happens.
    ///   - body: works with the pass.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws, and `CommandFailure` when a source cannot be connected.
    package func withPass<Result: Sendable>(
        patience: DatabasePatience,
        onEvent: @escaping @Sendable (PassEvent) -> Void,
        _ body: (Pass) async throws -> Result
    ) async throws -> Result {
        try await Vendors(self).withSources { sources in
            var settings = PassSettings(
                lookbackDays: configuration.schedule.lookbackDays,
                widePassDays: configuration.schedule.widePassDays,
                spoolDirectory: configuration.spool.directory,
                tick: configuration.schedule.every,
                version: UsagedVersion.current,
                timekeeper: timekeeper,
                patience: patience)
            settings.turn = configuration.schedule.every
            settings.announce = { [presence] in try await presence.announce() }
            let pass = Pass(warehouse: warehouse, sources: sources, settings: settings, onEvent: onEvent)
            return try await body(pass)
        }
    }
}
