import FoundationEssentials
import Logging
import TestSupport
import Timekeeping
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// A simulated organization and a source that asks it, both on one clock that skips waits.
struct Account: Sendable {
    let clock: TestClock
    let simulator: Simulator
    let exchange: HTTPExchange
    let source: GenesysCloudSource

    /// When the clock starts.
    static let beginning = World.Day(2025, 11, 1).start

    static func run<Result: Sendable>(
        world: World = World(seed: 7, size: World.Size(rowsADay: 20)),
        script: Script = Script(),
        secret: String? = nil,
        clientID: String? = nil,
        permissions: Set<String>? = nil,
        clock: TestClock = TestClock(skipsWaits: true),
        policy: RetryPolicy = RetryPolicy(),
        answerLimit: Int = 1 << 30,
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: @Sendable (Account) async throws -> Result
    ) async throws -> Result {
        let credentials = permissions.map {
            [Credential(clientID: "limited", clientSecret: "limited-secret", permissions: $0)]
        }
        let now: @Sendable () -> Date = { beginning.addingTimeInterval(clock.now.offset / .seconds(1)) }
        return try await withSimulator(world: world, script: script, credentials: credentials, now: now) { simulator in
            let timekeeper = Timekeeper(clock, date: now)
            let exchange = try HTTPExchange(
                settings: HTTPSettings(userAgent: "usaged/test"),
                budget: RequestBudget(timekeeper: timekeeper),
                policy: policy,
                timekeeper: timekeeper,
                jitter: .constant(0.5),
                logger: logger
            )
            let source = GenesysCloudSource(
                endpoints: try Endpoints(apiURL: simulator.baseURL, loginURL: simulator.baseURL + "/"),
                credentials: Credentials(
                    clientID: clientID ?? simulator.clientID, clientSecret: Secret(secret ?? simulator.clientSecret)),
                exchange: exchange,
                answerLimit: answerLimit,
                timekeeper: timekeeper,
                jitter: .constant(0.5),
                logger: logger
            )
            let account = Account(clock: clock, simulator: simulator, exchange: exchange, source: source)
            do {
                let result = try await body(account)
                try await exchange.shutdown()
                return result
            } catch {
                try await exchange.shutdown()
                throw error
            }
        }
    }

    /// The error of what must fail.
    func failure(_ work: (GenesysCloudSource) async throws -> Void) async throws -> GenesysCloudError? {
        do {
            try await work(source)
            return nil
        } catch let error as GenesysCloudError {
            return error
        }
    }
}

extension Window {
    /// Days of the organization query, both included.
    static func days(_ first: String, _ last: String) throws -> Window {
        guard let first = Day(first), let last = Day(last) else { throw CancellationError() }
        return Window(dataset: .organizationQuery, days: first..<last.advanced(by: 1))
    }
}
