import FoundationEssentials
import GenesysCloud
import Infodeck
import Ingest
import Logging
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// The two configured sources of the demo, in front of the simulator.
///
/// Only their patience differs from the daemon's. The simulator is on this machine and ready at once, so executions are
/// polled after milliseconds, the allowance is as good as none, and Infodeck is not asked once a second but as fast as it
/// answers.
struct DemoSources {
    let simulator: Simulator
    let startDate: Day

    private static let apiDatasets: [Dataset] = [
        .organizationQuery, .clientQuery, .clientSummary, .simplesearch, .organizationJobs, .clientJobs,
    ]

    /// Lends the sources while their HTTP clients are open.
    func withSources(_ body: ([ConfiguredSource]) async throws -> Void) async throws {
        var logger = Logger(label: "usage-demo")
        logger.logLevel = .error
        let sent = [SentRequests(), SentRequests()]
        let exchanges = try sent.map { try makeExchange(counting: $0, logger) }
        do {
            try await body([
                try genesys(exchanges[0], sent[0], logger), try infodeck(exchanges[1], sent[1], logger),
            ])
        } catch {
            for exchange in exchanges { try? await exchange.shutdown() }
            throw error
        }
        for exchange in exchanges { try await exchange.shutdown() }
    }

    private func makeExchange(counting sent: SentRequests, _ logger: Logger) throws -> HTTPExchange {
        var policy = RetryPolicy()
        policy.ladder = [.milliseconds(200)]
        policy.margin = .milliseconds(50)
        var settings = HTTPSettings(userAgent: "usage-demo")
        settings.onSent = { _, status in sent.note(status: status, on: Day(containing: Date())) }
        return try HTTPExchange(
            settings: settings, budget: RequestBudget(share: 1, allowance: 1_000_000),
            policy: policy, logger: logger)
    }

    private func genesys(_ exchange: HTTPExchange, _ sent: SentRequests, _ logger: Logger) throws -> ConfiguredSource {
        var polling = PollPolicy()
        polling.shortest = .milliseconds(5)
        polling.longest = .milliseconds(50)
        let source = GenesysCloudSource(
            endpoints: try GenesysCloud.Endpoints(apiURL: simulator.baseURL, loginURL: simulator.baseURL),
            credentials: Credentials(
                clientID: simulator.clientID, clientSecret: Transport.Secret(simulator.clientSecret)),
            exchange: exchange,
            polling: polling,
            logger: logger)
        return ConfiguredSource(
            registration: registration("acme", kind: "genesys", clientID: simulator.clientID, Self.apiDatasets),
            adapter: .apiUsage(GenesysCloudAdapter(source, byUser: false)), sent: sent)
    }

    private func infodeck(_ exchange: HTTPExchange, _ sent: SentRequests, _ logger: Logger) throws -> ConfiguredSource {
        let vendor = simulator.infodeck
        let source = InfodeckSource(
            endpoints: try Infodeck.Endpoints(
                apiURL: vendor.baseURL, organizationID: vendor.world.organizationID),
            apiKey: APIKey(Transport.Secret(vendor.apiKey)),
            exchange: exchange,
            logger: logger)
        return ConfiguredSource(
            registration: registration("tower", kind: "infodeck", clientID: "", [.channelUsage]),
            adapter: .channelUsage(source), sent: sent)
    }

    private func registration(
        _ name: String, kind: String, clientID: String, _ datasets: [Dataset]
    ) -> SourceRegistration {
        SourceRegistration(
            name: name, kind: kind, clientID: clientID,
            datasets: datasets.map { dataset in
                SourceRegistration.DatasetRegistration(
                    dataset: dataset, startDate: startDate, settleAfter: .seconds(48 * 3600), byUser: false)
            },
            primary: datasets[0])
    }
}
