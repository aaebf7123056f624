import ArgumentParser
import FoundationEssentials
import GenesysCloud
import Ingest
import Logging
import Migrations
import Operations
import Postgres
import Transport
import UsageDomain
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
        configuration = try ConfigurationLoader(
            now: Date(), implemented: ["organization_query"], implementedKinds: ["genesys"]
        ).load(path: options.config)
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
        let secrets = SecretReader(environment: ProcessInfo.processInfo.environment)
        var sources: [ConfiguredSource] = []
        var exchanges: [HTTPExchange] = []
        do {
            for source in configuration.sources {
                guard case .genesys(let genesys) = source.kind else { continue }
                do {
                    let (configured, exchange) = try connect(source, genesys, secret: try secrets.read(source.secret))
                    sources.append(configured)
                    exchanges.append(exchange)
                } catch let error as SecretError {
                    // It fails when it is asked to work, and does not hold up the others.
                    let adapter = UnreadableSecret(error: error)
                    sources.append(
                        ConfiguredSource(
                            registration: try registration(of: source, genesys), adapter: .apiUsage(adapter)))
                }
            }
            let pass = Pass(
                warehouse: warehouse,
                sources: sources,
                settings: PassSettings(
                    lookbackDays: configuration.schedule.lookbackDays,
                    widePassDays: configuration.schedule.widePassDays,
                    spoolDirectory: configuration.spool.directory,
                    version: UsagedVersion.current),
                onEvent: onEvent)
            let result = try await body(pass)
            await shutDown(exchanges)
            return result
        } catch {
            await shutDown(exchanges)
            throw error
        }
    }

    private func connect(
        _ source: SourceConfiguration,
        _ genesys: GenesysSource,
        secret: UsagedConfiguration.Secret
    ) throws -> (ConfiguredSource, HTTPExchange) {
        let endpoints = try Endpoints(apiURL: genesys.endpoints.api, loginURL: genesys.endpoints.login)
        let registration = try registration(of: source, genesys)
        var settings = HTTPSettings(
            userAgent: "usaged/\(UsagedVersion.current)", caFile: genesys.certificateAuthorityFile)
        settings.onRetry = { [logger] failure, wait in
            logger.warning(
                "request failed and is sent again",
                metadata: ["source": "\(source.name)", "error": "\(failure)", "wait": "\(wait.inWords)"])
        }
        // Made last, for whoever makes it must close it.
        let exchange: HTTPExchange
        do {
            exchange = try HTTPExchange(
                settings: settings,
                budget: RequestBudget(share: genesys.requestShare),
                logger: logger)
        } catch {
            throw CommandFailure(
                .badConfiguration,
                "source \(source.name): ca-file \(genesys.certificateAuthorityFile ?? "") cannot be used: \(error)")
        }
        let adapter = GenesysCloudAdapter(
            GenesysCloudSource(
                endpoints: endpoints,
                credentials: Credentials(
                    clientID: genesys.clientID, clientSecret: Transport.Secret(secret.revealed)),
                exchange: exchange,
                answerLimit: Int(configuration.spool.maxAnswerBytes),
                logger: logger),
            byUser: genesys.byUser)
        return (ConfiguredSource(registration: registration, adapter: .apiUsage(adapter)), exchange)
    }

    private func registration(of source: SourceConfiguration, _ genesys: GenesysSource) throws -> SourceRegistration {
        func dataset(_ name: String) throws -> Dataset {
            guard let dataset = Dataset(rawValue: name) else {
                throw CommandFailure(.badConfiguration, "source \(source.name): dataset \(name) is not known")
            }
            return dataset
        }
        return SourceRegistration(
            name: source.name,
            kind: source.kind.name,
            datasets: try source.datasets.map {
                SourceRegistration.DatasetRegistration(
                    dataset: try dataset($0), startDate: source.startDate,
                    settleAfter: configuration.schedule.settleAfter,
                    byUser: genesys.byUser)
            },
            primary: try dataset(source.primary))
    }

    private func shutDown(_ exchanges: [HTTPExchange]) async {
        for exchange in exchanges {
            do {
                try await exchange.shutdown()
            } catch {
                logger.debug("closing HTTP connections failed", metadata: ["error": "\(error)"])
            }
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
