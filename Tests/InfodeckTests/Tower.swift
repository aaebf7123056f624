import FoundationEssentials
import Logging
import TestSupport
import Timekeeping
import Transport
import UsageDomain
import UsageSimulator

@testable import Infodeck

/// A simulated organization and a source that asks it, both on one clock that skips waits.
struct Tower: Sendable {
    let clock: TestClock
    let simulator: InfodeckSimulator
    let exchange: HTTPExchange
    let source: InfodeckSource

    /// When the clock starts.
    static let beginning = World.Day(2025, 11, 1).start
    /// 2025-09-02 in Taipei.
    static let day = instant(2025, 9, 1, hour: 16)..<instant(2025, 9, 2, hour: 16)
    static let dayBefore = instant(2025, 8, 31, hour: 16)..<instant(2025, 9, 1, hour: 16)

    static func instant(_ year: Int, _ month: Int, _ day: Int, hour: Int = 0) -> Date {
        World.Day(year, month, day).start.addingTimeInterval(Double(hour) * 3_600)
    }

    static func run<Result: Sendable>(
        _ faults: InfodeckFault...,
        key: String? = nil,
        organizationID: String? = nil,
        clock: TestClock = TestClock(skipsWaits: true),
        silenceTimeout: Duration = .seconds(60),
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        alter: @Sendable (inout InfodeckScript) -> Void = { _ in },
        _ body: @Sendable (Tower) async throws -> Result
    ) async throws -> Result {
        let now: @Sendable () -> Date = { beginning.addingTimeInterval(clock.now.offset / .seconds(1)) }
        return try await withSimulator(world: World(seed: 7, size: World.Size(rowsADay: 1)), now: now) { simulator in
            let infodeck = simulator.infodeck
            infodeck.rewrite { script in
                script.faults = faults
                alter(&script)
            }
            var settings = HTTPSettings(userAgent: "usaged/test")
            settings.silenceTimeout = silenceTimeout
            let exchange = try InfodeckSource.makeExchange(
                settings: settings, timekeeper: Timekeeper(clock, date: now), jitter: .constant(0.5), logger: logger)
            let source = InfodeckSource(
                endpoints: try Endpoints(
                    apiURL: infodeck.baseURL, organizationID: organizationID ?? infodeck.world.organizationID),
                apiKey: APIKey(Secret(key ?? infodeck.apiKey)),
                exchange: exchange,
                logger: logger
            )
            let tower = Tower(clock: clock, simulator: infodeck, exchange: exchange, source: source)
            do {
                let result = try await body(tower)
                try await exchange.shutdown()
                return result
            } catch {
                try await exchange.shutdown()
                throw error
            }
        }
    }

    /// What the simulated organization used, as the source should say it.
    func truth(in instants: Range<Date>) -> ChannelUsage {
        let world = simulator.world
        return ChannelUsage(
            sms: world.units(.sms, in: instants),
            whatsapp: world.units(.whatsapp, in: instants),
            email: world.units(.email, in: instants),
            sage: world.units(.sage, in: instants)
        )
    }

    /// The error of asking for the usage of the day; nil when it is answered.
    func failure() async throws -> InfodeckError? {
        do {
            _ = try await source.channelUsage(in: Self.day)
            return nil
        } catch let error as InfodeckError {
            return error
        }
    }
}
