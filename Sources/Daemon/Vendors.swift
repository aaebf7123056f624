import FoundationEssentials
import GenesysCloud
package import Infodeck
import Ingest
import Logging
import Operations
import Timekeeping
import Transport
import UsageDomain
package import UsagedConfiguration
import Warehouse

/// Connects the configured sources to their vendors: one HTTP exchange, with its own budget of requests, a source.
package struct Vendors {
    private let configuration: Configuration
    private let timekeeper: Timekeeper
    private let longestSilence: Duration
    private let monitor: Monitor
    private let logger: Logger
    private let secrets: SourceSecrets
    private let manner: Manner

    package init(_ program: Program, manner: Manner = Manner()) {
        self.manner = manner
        configuration = program.configuration
        timekeeper = program.timekeeper
        longestSilence = program.longestSilence
        monitor = program.monitor
        logger = program.logger
        secrets = program.secrets
    }

    /// Lends the sources while their HTTP clients are open. A source whose secret cannot be read is among them: it fails
    /// when it is asked to work, and does not hold up the others.
    func withSources<Result: Sendable>(_ body: ([ConfiguredSource]) async throws -> Result) async throws -> Result {
        var exchanges: [HTTPExchange] = []
        do {
            let sources = try configuration.sources.map { try configured($0, &exchanges) }
            let result = try await body(sources)
            await shutDown(exchanges)
            return result
        } catch {
            await shutDown(exchanges)
            throw error
        }
    }

    /// Lends one Genesys Cloud account while its HTTP client is open.
    ///
    /// - Throws: `SecretError` when its secret cannot be read, `CommandFailure`, and what the body throws.
    func withGenesys<Result: Sendable>(
        _ source: SourceConfiguration,
        _ genesys: GenesysSource,
        _ body: (GenesysCloudSource) async throws -> Result
    ) async throws -> Result {
        var exchanges: [HTTPExchange] = []
        do {
            let result = try await body(try connect(source, genesys, SentRequests(), &exchanges))
            await shutDown(exchanges)
            return result
        } catch {
            await shutDown(exchanges)
            throw error
        }
    }

    /// Lends one Infodeck organization while its HTTP client is open.
    ///
    /// - Throws: `SecretError` when its key cannot be read, `CommandFailure`, and what the body throws.
    package func withInfodeck<Result: Sendable>(
        _ source: SourceConfiguration,
        _ infodeck: UsagedConfiguration.InfodeckSource,
        _ body: (Infodeck.InfodeckSource) async throws -> Result
    ) async throws -> Result {
        var exchanges: [HTTPExchange] = []
        do {
            let connected = try connect(source, infodeck, SentRequests(), &exchanges)
            // Another process may have sent a request a moment ago.
            _ = await connected.budget?.resume(BudgetMemory()) { _ in }
            let result = try await body(connected)
            await shutDown(exchanges)
            return result
        } catch {
            await shutDown(exchanges)
            throw error
        }
    }

    private func configured(_ source: SourceConfiguration, _ exchanges: inout [HTTPExchange]) throws -> ConfiguredSource
    {
        let sent = SentRequests()
        switch source.kind {
        case .genesys(let genesys):
            return ConfiguredSource(
                registration: try registration(of: source),
                adapter: .apiUsage(try adapter(source, genesys, sent, &exchanges)),
                clients: genesys.clients.asked, sent: sent)
        case .infodeck(let infodeck):
            return ConfiguredSource(
                registration: try registration(of: source),
                adapter: .channelUsage(try adapter(source, infodeck, sent, &exchanges)),
                timeZone: infodeck.timeZone, sent: sent)
        }
    }

    func registration(of source: SourceConfiguration) throws -> SourceRegistration {
        if case .genesys(let genesys) = source.kind {
            try registration(of: source, byUser: genesys.byUser)
        } else {
            try registration(of: source, byUser: false)
        }
    }

    private func registration(of source: SourceConfiguration, byUser: Bool) throws -> SourceRegistration {
        func dataset(_ name: String) throws -> Dataset {
            guard let dataset = Dataset(rawValue: name) else {
                throw CommandFailure(.badConfiguration, "source \(source.name): dataset \(name) is not known")
            }
            return dataset
        }
        return SourceRegistration(
            name: source.name,
            kind: source.kind.name,
            clientID: source.kind.clientID,
            datasets: try source.datasets.map { name in
                let dataset = try dataset(name)
                return SourceRegistration.DatasetRegistration(
                    dataset: dataset, startDate: source.startDate, settleAfter: configuration.schedule.settleAfter,
                    byUser: byUser && dataset.canGroupByUser)
            },
            primary: try dataset(source.primary))
    }

    // MARK: - One exchange a source

    private func adapter(
        _ source: SourceConfiguration,
        _ genesys: GenesysSource,
        _ sent: SentRequests,
        _ exchanges: inout [HTTPExchange]
    ) throws -> any APIUsageAdapter {
        do {
            return GenesysCloudAdapter(
                try connect(source, genesys, sent, &exchanges), byUser: genesys.byUser, summaryDays: genesys.summaryDays
            )
        } catch let error as SecretError {
            return UnreadableSecret(error: error)
        }
    }

    private func connect(
        _ source: SourceConfiguration,
        _ genesys: GenesysSource,
        _ sent: SentRequests,
        _ exchanges: inout [HTTPExchange]
    ) throws -> GenesysCloudSource {
        let secret = try secrets.secret(of: source)
        let settings = settings(of: source, sent, certificateAuthorities: genesys.certificateAuthorityFile)
        let exchange = try opening(source, settings) {
            try HTTPExchange(
                settings: $0, budget: RequestBudget(share: genesys.requestShare, timekeeper: timekeeper),
                policy: manner.policy ?? RetryPolicy(), timekeeper: timekeeper, logger: logger)
        }
        exchanges.append(exchange)
        return GenesysCloudSource(
            endpoints: try GenesysCloud.Endpoints(apiURL: genesys.endpoints.api, loginURL: genesys.endpoints.login),
            credentials: Credentials(clientID: genesys.clientID, clientSecret: Transport.Secret(secret.revealed)),
            exchange: exchange,
            answerLimit: Int(configuration.spool.maxAnswerBytes),
            timekeeper: timekeeper,
            logger: logger)
    }

    private func adapter(
        _ source: SourceConfiguration,
        _ infodeck: UsagedConfiguration.InfodeckSource,
        _ sent: SentRequests,
        _ exchanges: inout [HTTPExchange]
    ) throws -> any ChannelUsageAdapter {
        do {
            return try connect(source, infodeck, sent, &exchanges)
        } catch let error as SecretError {
            return UnreadableSecret(error: error)
        }
    }

    private func connect(
        _ source: SourceConfiguration,
        _ infodeck: UsagedConfiguration.InfodeckSource,
        _ sent: SentRequests,
        _ exchanges: inout [HTTPExchange]
    ) throws -> Infodeck.InfodeckSource {
        let key = APIKey(Transport.Secret(try secrets.secret(of: source).revealed))
        if !manner.isQuiet, let oddity = key.oddity {
            logger.warning("unusual API key", metadata: ["source": "\(source.name)", "key": "\(oddity)"])
        }
        let exchange = try opening(source, settings(of: source, sent)) {
            try Infodeck.InfodeckSource.makeExchange(
                settings: $0, policy: manner.policy ?? Infodeck.InfodeckSource.standardPolicy, timekeeper: timekeeper,
                logger: logger)
        }
        exchanges.append(exchange)
        return Infodeck.InfodeckSource(
            endpoints: try Infodeck.Endpoints(apiURL: infodeck.apiURL, organizationID: infodeck.organizationID),
            apiKey: key, exchange: exchange, logger: logger)
    }

    private func settings(
        of source: SourceConfiguration, _ sent: SentRequests, certificateAuthorities file: String? = nil
    ) -> HTTPSettings {
        var settings = HTTPSettings(userAgent: "usaged/\(UsagedVersion.current)", caFile: file)
        settings.silenceTimeout = manner.longestSilence ?? longestSilence
        settings.connectTimeout = min(settings.connectTimeout, settings.silenceTimeout)
        settings.onAnswer = manner.onAnswer
        guard !manner.isQuiet else { return settings }
        settings.onRetry = { [logger] failure, wait in
            logger.warning(
                "request failed and is sent again",
                metadata: ["source": "\(source.name)", "error": "\(failure)", "wait": "\(wait.inWords)"])
        }
        settings.onSent = { [monitor, timekeeper] endpoint, status in
            sent.note(status: status, on: Day(containing: timekeeper.date))
            monitor.noteRequest(of: source.name, to: endpoint, status: status)
        }
        return settings
    }

    private func opening(
        _ source: SourceConfiguration,
        _ settings: HTTPSettings,
        _ open: (HTTPSettings) throws -> HTTPExchange
    ) throws -> HTTPExchange {
        do {
            return try open(settings)
        } catch {
            throw CommandFailure(
                .badConfiguration,
                "source \(source.name): ca-file \(settings.caFile ?? "") cannot be used: \(error)")
        }
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

extension ClientSelection {
    fileprivate var asked: ConfiguredSource.AskedClients {
        switch self {
        case .all: .listed
        case .listed(let ids): .these(ids)
        }
    }
}
