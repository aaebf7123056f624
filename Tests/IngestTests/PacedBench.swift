import Foundation
import GenesysCloud
import Ingest
import TestSupport
import Timekeeping
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// A source that keeps to the pace of a simulator on one clock with it, and a database of its own.
struct PacedBench: Sendable {
    let simulator: Simulator
    let warehouse: Warehouse
    let exchange: HTTPExchange
    let timekeeper: Timekeeper
    /// Nil when time is real.
    let clock: WorkClock?
    let beginning: Date

    /// When simulated clocks begin.
    static let simulatedBeginning = World.Day(2026, 1, 10).start

    /// Lends a bench in the database of the running test.
    ///
    /// - Parameters:
    ///   - world: what the simulator serves.
    ///   - script: how it behaves.
    ///   - clock: moves simulator and pass; nil for real time.
    ///   - body: gets the bench.
    /// - Throws: what the body throws; an error when the bench cannot be made.
    static func with(
        _ world: World,
        script: Script,
        clock: WorkClock?,
        _ body: @Sendable (PacedBench) async throws -> Void
    ) async throws {
        let beginning = clock == nil ? Date() : simulatedBeginning
        let date: @Sendable () -> Date =
            if let clock { { beginning.addingTimeInterval(clock.now.offset / .seconds(1)) } } else { { Date() } }
        let timekeeper = clock.map { Timekeeper($0, date: date) } ?? Timekeeper()
        let conninfo = try TestDatabase.current.conninfo
        try await withSimulator(world: world, script: script, now: date) { simulator in
            let warehouse = Warehouse(conninfo: conninfo, connections: 6, logger: .silent)
            let exchange = try HTTPExchange(
                settings: HTTPSettings(userAgent: "tests"),
                budget: RequestBudget(share: 0.8, timekeeper: timekeeper), timekeeper: timekeeper, logger: .silent)
            let bench = PacedBench(
                simulator: simulator, warehouse: warehouse, exchange: exchange, timekeeper: timekeeper, clock: clock,
                beginning: beginning)
            do {
                try await body(bench)
                await warehouse.close()
                try await exchange.shutdown()
            } catch {
                await warehouse.close()
                try await exchange.shutdown()
                throw error
            }
        }
    }

    /// Makes a backfill of all of the world's clients.
    func backfill(_ range: String, _ datasets: [Dataset] = [.organizationQuery, .clientQuery]) async throws
        -> PassReport
    {
        let days = PassBench.days(range)
        let clock = clock
        clock?.begin()
        let pass = Pass(
            warehouse: warehouse, sources: [try source(datasets, from: days.lowerBound)],
            settings: PassSettings(
                lookbackDays: 7, widePassDays: 35, spoolDirectory: NSTemporaryDirectory(), version: "test",
                timekeeper: timekeeper),
            onEvent: { event in
                switch event {
                case .windowBegan: clock?.begin()
                // From here on windows work, and the pass waits for them.
                case .began, .windowStored, .windowFailed: clock?.end()
                default: break
                }
            })
        return try await pass.run(.backfill(days, refetching: false))
    }

    private func source(_ datasets: [Dataset], from start: Day) throws -> ConfiguredSource {
        let source = GenesysCloudSource(
            endpoints: try Endpoints(apiURL: simulator.baseURL, loginURL: simulator.baseURL),
            credentials: Credentials(
                clientID: simulator.clientID, clientSecret: Transport.Secret(simulator.clientSecret)),
            exchange: exchange, timekeeper: timekeeper, logger: .silent)
        return ConfiguredSource(
            registration: SourceRegistration(
                name: "acme", kind: "genesys",
                datasets: datasets.map {
                    SourceRegistration.DatasetRegistration(
                        dataset: $0, startDate: start, settleAfter: .seconds(48 * 3600), byUser: false)
                },
                primary: datasets[0]),
            adapter: .apiUsage(GenesysCloudAdapter(source, byUser: false)),
            clients: .these(simulator.world.clients.map(\.id)))
    }

    /// Time from the first request to the last, in seconds.
    var span: TimeInterval {
        let times = simulator.ledger.entries.map(\.time)
        guard let first = times.first, let last = times.last else { return 0 }
        return last.timeIntervalSince(first)
    }

    /// The most requests within any minute.
    var densestMinute: Int {
        let times = simulator.ledger.entries.map(\.time).sorted()
        var first = 0
        return times.indices.reduce(0) { most, index in
            while times[first] <= times[index].addingTimeInterval(-60) { first += 1 }
            return max(most, index - first + 1)
        }
    }

    var refusals: Int {
        simulator.ledger.entries.count { $0.status == 429 }
    }
}
