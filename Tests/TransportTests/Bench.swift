import Logging
import Synchronization
import TestSupport
import Timekeeping

@testable import Transport

/// An exchange on a clock that skips waits, and what belongs to it.
struct Bench: Sendable {
    let clock = TestClock(skipsWaits: true)
    let tally = RequestTally()
    let budget: RequestBudget
    let exchange: HTTPExchange

    static func run<Result>(
        settings: HTTPSettings = HTTPSettings(userAgent: "usaged/1.2.3"),
        jitter: Double = 0.5,
        _ body: (Bench) async throws -> Result
    ) async throws -> Result {
        let bench = try Bench(settings: settings, jitter: jitter)
        do {
            let result = try await body(bench)
            try await bench.exchange.shutdown()
            return result
        } catch {
            try await bench.exchange.shutdown()
            throw error
        }
    }

    private init(settings: HTTPSettings, jitter: Double) throws {
        let timekeeper = Timekeeper(clock)
        // So many that the pace does not show among the waits.
        budget = RequestBudget(share: 1, allowance: 1_000_000_000, timekeeper: timekeeper)
        exchange = try HTTPExchange(
            settings: settings,
            budget: budget,
            timekeeper: timekeeper,
            jitter: .constant(jitter),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Sends and collects the body as text.
    func text(_ request: HTTPRequest) async throws -> String {
        let reply = try await exchange.send(request, tally: tally) { _ in WholeBody() }
        return String(decoding: reply.answer, as: UTF8.self)
    }

    /// Sends what must fail.
    func failure(_ request: HTTPRequest) async throws -> TransportError? {
        do {
            _ = try await text(request)
            return nil
        } catch let error as TransportError {
            return error
        }
    }

    /// Waits that the clock was asked for, without those of the pace.
    var waits: [Duration] {
        clock.waits.filter { $0 > .milliseconds(1) }
    }
}

extension HTTPRequest {
    static func get(_ url: String) -> HTTPRequest {
        .get(url, answerLimit: 1_000)
    }

    static func post(_ url: String, repetition: Repetition) -> HTTPRequest {
        .post(url, body: Array("{}".utf8), contentType: "application/json", repetition: repetition, answerLimit: 1_000)
    }
}
