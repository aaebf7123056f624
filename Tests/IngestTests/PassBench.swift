import Foundation
import GenesysCloud
import Ingest
import Logging
import Postgres
import Synchronization
import TestSupport
import Timekeeping
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// Everything one test of a pass needs: a simulator, a database of its own, and passes between the two.
struct PassBench: Sendable {
    let simulator: Simulator
    let warehouse: Warehouse
    /// The source's own: what lets its requests go or holds them up concerns no other source.
    var exchange: HTTPExchange
    /// For a second source.
    var otherExchange: HTTPExchange?
    let events = EventLog<[PassEvent]>([])
    var startDate: Day
    /// The current time of every pass.
    var now: @Sendable () -> Date = { Date() }
    var name = "acme"
    var secret: String?
    var byUser = false
    var datasets: [Dataset] = [.organizationQuery]
    var clients = ConfiguredSource.AskedClients.listed
    var summaryDays = 7
    var patience = DatabasePatience(delays: Array(repeating: .milliseconds(50), count: 6_000))

    /// Lends a bench in front of a fresh simulator, in the database of the running test.
    static func with(
        _ world: World,
        script: Script = Script(),
        startDate: String = "2025-01-01",
        conninfo: String? = nil,
        longestSilence: Duration? = nil,
        _ body: @Sendable (PassBench) async throws -> Void
    ) async throws {
        let conninfo = try conninfo ?? TestDatabase.current.conninfo
        // The real allowance would pace these tests; keeping to it is the transport's test.
        var script = script
        script.requestsAMinute = 1_000_000
        try await withSimulator(world: world, script: script) { simulator in
            let warehouse = Warehouse(
                conninfo: conninfo, connections: 5, connectTimeout: .seconds(120), logger: .silent)
            // Real waits, but short ones: the policies' own times are the transport's tests.
            var policy = RetryPolicy()
            policy.ladder = [.milliseconds(20)]
            policy.margin = .milliseconds(1)
            policy.longestSilence = longestSilence ?? policy.longestSilence
            let exchanges = try (0..<2).map { [policy] _ in
                try HTTPExchange(
                    settings: HTTPSettings(userAgent: "tests"),
                    budget: RequestBudget(allowance: 1_000_000, longestWait: policy.longestSilence),
                    policy: policy, logger: .silent)
            }
            let bench = PassBench(
                simulator: simulator, warehouse: warehouse, exchange: exchanges[0], otherExchange: exchanges[1],
                startDate: Day(startDate) ?? Day(daysSinceEpoch: 0))
            do {
                try await body(bench)
                await warehouse.close()
                for exchange in exchanges { try await exchange.shutdown() }
            } catch {
                await warehouse.close()
                for exchange in exchanges { try await exchange.shutdown() }
                throw error
            }
        }
    }

    /// A bench of a second source beside this one, with an exchange of its own.
    func beside(_ name: String) -> PassBench {
        var bench = self
        bench.name = name
        bench.exchange = otherExchange ?? exchange
        return bench
    }

    func source() throws -> ConfiguredSource {
        var polling = PollPolicy()
        polling.shortest = .milliseconds(5)
        polling.longest = .milliseconds(20)
        polling.waitsAfterFailure = [.milliseconds(5), .milliseconds(5)]
        let source = GenesysCloudSource(
            endpoints: try Endpoints(apiURL: simulator.baseURL, loginURL: simulator.baseURL),
            credentials: Credentials(
                clientID: simulator.clientID, clientSecret: Transport.Secret(secret ?? simulator.clientSecret)),
            exchange: exchange, polling: polling, logger: .silent)
        return ConfiguredSource(
            registration: SourceRegistration(
                name: name, kind: "genesys",
                datasets: datasets.map {
                    SourceRegistration.DatasetRegistration(
                        dataset: $0, startDate: startDate, settleAfter: .seconds(48 * 3600),
                        byUser: byUser && $0.canGroupByUser)
                },
                primary: datasets[0]),
            adapter: .apiUsage(GenesysCloudAdapter(source, byUser: byUser, summaryDays: summaryDays)),
            clients: clients)
    }

    func pass(_ sources: [ConfiguredSource]? = nil, onEvent: @escaping @Sendable (PassEvent) -> Void = { _ in }) throws
        -> Pass
    {
        let events = events
        return Pass(
            warehouse: warehouse,
            sources: try sources ?? [source()],
            settings: PassSettings(
                lookbackDays: 7, widePassDays: 35, spoolDirectory: NSTemporaryDirectory(), version: "test",
                timekeeper: Timekeeper(date: now), patience: patience),
            onEvent: { event in
                events.append(event)
                onEvent(event)
            })
    }

    @discardableResult
    func backfill(_ range: String, refetching: Bool = false) async throws -> PassReport {
        try await pass().run(.backfill(Self.days(range), refetching: refetching))
    }

    static func days(_ range: String) -> Range<Day> {
        let ends = range.split(separator: ".").compactMap { Day($0) }
        return ends[0]..<ends[1].advanced(by: 1)
    }

    // MARK: - Truth and what is stored

    /// The simulator's rows, spelled like `stored`.
    func truth(_ range: String) throws -> Set<String> {
        let days = Self.days(range)
        guard let first = World.Day("\(days.lowerBound)"),
            let last = World.Day("\(days.upperBound.advanced(by: -1))")
        else { return [] }
        return Set(
            simulator.world.rows(from: first, through: last).map { row in
                let counts = row.counts
                return [
                    row.day.map { "\($0)" } ?? "", row.clientID, row.clientName, row.templateURI, row.httpMethod,
                    "\(row.requests)", "\(counts.status200)", "\(counts.status300)", "\(counts.status400)",
                    "\(counts.status429)", "\(counts.status500)",
                ].joined(separator: "|")
            })
    }

    func stored() async throws -> Set<String> {
        Set(
            try await texts(
                """
                SELECT concat_ws('|', usage_date, client_id, client_name, template_uri, http_method,
                    requests, status_200, status_300, status_400, status_429, status_500)
                FROM usage.api_usage
                """))
    }

    /// The first column of a query, as texts.
    func texts(_ sql: SQL) async throws -> [String] {
        try await warehouse.pool.withConnection { connection in
            try connection.query(sql).map { try $0.decode(String.self) }
        }
    }

    /// Reasons why the listing of OAuth clients could not be read.
    var listingFailures: [String] {
        events.value.compactMap { event in
            if case .listingFailed(_, let reason) = event { reason } else { nil }
        }
    }

    func states() async throws -> [String: Int] {
        let texts = try await texts("SELECT state FROM usage.coverage WHERE state <> 'gap'")
        return Dictionary(grouping: texts, by: \.self).mapValues(\.count)
    }
}

/// A list that any task may append to.
final class EventLog<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) {
        storage = Mutex(value)
    }

    var value: Value { storage.withLock { $0 } }

    func append<Element>(_ element: Element) where Value == [Element] {
        storage.withLock { $0.append(element) }
    }
}
