package import FoundationEssentials
import JSONRows
package import Logging
package import Timekeeping
package import Transport
package import UsageDomain

/// One organization at Infodeck: what it is and what its channels used.
///
/// All methods may be called by any number of tasks at once; they share the exchange, which keeps to one request a
/// second and one at a time.
package struct InfodeckSource: Sendable {
    /// Longest answer that is read, in bytes; a real one has some hundred.
    private static let answerLimit = 1 << 20

    let endpoints: Endpoints
    let apiKey: APIKey
    let exchange: HTTPExchange
    let logger: Logger

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - endpoints: where the API is, and whose usage is asked for.
    ///   - apiKey: what the organization's requests are authenticated by.
    ///   - exchange: how it is asked, made by `makeExchange`; no other source shares it.
    ///   - logger: gets trace and debug lines only.
    package init(endpoints: Endpoints, apiKey: APIKey, exchange: HTTPExchange, logger: Logger) {
        self.endpoints = endpoints
        self.apiKey = apiKey
        self.exchange = exchange
        self.logger = logger
    }

    package var budget: (any SourceBudget)? { exchange.budget }

    /// How long the vendor still asks for silence; zero when it does not.
    package var silence: Duration {
        get async { await exchange.silence }
    }

    /// The units of each channel between two instants, the second excluded.
    ///
    /// The API knows no days: a local day is the range from its midnight to the next, of 23 hours or of 25 when clocks
    /// change.
    ///
    /// - Parameter instants: not empty; both a whole number of milliseconds.
    /// - Returns: the units, and how many HTTP requests it took.
    /// - Throws: `InfodeckError`; `CancellationError`.
    package func channelUsage(in instants: Range<Date>) async throws -> (ChannelUsage, requests: Int) {
        let step = InfodeckError.Step.usage(instants)
        let tally = RequestTally()
        let reply = try await send(endpoints.usage(MillisecondSpan(instants)), step: step, tally: tally)
        return (try usage(reply, step: step, tally: tally), tally.requests)
    }

    /// Asks one question.
    ///
    /// - Throws: `InfodeckError`; `CancellationError`.
    func send(
        _ url: String,
        step: InfodeckError.Step,
        attempts: Int? = nil,
        tally: RequestTally
    ) async throws -> HTTPReply<[UInt8]> {
        guard let header = apiKey.header else {
            throw InfodeckError(.impossibleKey, step: step, requests: tally.requests)
        }
        var request = HTTPRequest.get(url, answerLimit: Self.answerLimit, deadline: .seconds(30))
        request.endpoint = step.endpoint
        request.attempts = attempts
        request.headers = [header]
        request.masked = [apiKey.value]
        do {
            return try await exchange.send(request, tally: tally) { _ in WholeBody() }
        } catch let failure as TransportError {
            throw InfodeckError(
                failure.status == 401 ? .unauthenticated(failure) : .exchange(failure),
                step: step, requests: tally.requests)
        }
    }

    func usage(
        _ reply: HTTPReply<[UInt8]>,
        step: InfodeckError.Step,
        tally: RequestTally
    ) throws(InfodeckError) -> ChannelUsage {
        do {
            let (usage, unknownKeys) = try UsageAnswer.decode(reply.answer)
            if unknownKeys.total > 0 {
                logger.debug(
                    "Unknown keys ignored", metadata: ["keys": "\(unknownKeys.occurrences.keys.sorted())"])
            }
            return usage
        } catch {
            throw InfodeckError(.wrongAnswer(error), step: step, requests: tally.requests)
        }
    }
}

extension InfodeckSource {
    /// Makes the exchange for one organization, which keeps to the limits that we impose on ourselves since Infodeck
    /// states none (contract, section 5): one request a second and one at a time.
    ///
    /// A 429 that names no time is followed by 30 s of silence, then by twice as much each time, up to 15 min.
    ///
    /// - Parameters:
    ///   - settings: how connections are made.
    ///   - policy: when a request is sent again.
    ///   - timekeeper: where time comes from.
    ///   - jitter: where chance comes from.
    ///   - logger: gets trace and debug lines only.
    /// - Returns: an exchange that opens nothing yet.
    /// - Throws: what reading the file of certificate authorities throws.
    package static func makeExchange(
        settings: HTTPSettings,
        policy: RetryPolicy = standardPolicy,
        timekeeper: Timekeeper = Timekeeper(),
        jitter: Jitter = .random,
        logger: Logger
    ) throws -> HTTPExchange {
        var settings = settings
        settings.requestsAtOnce = 1
        return try HTTPExchange(
            settings: settings,
            budget: RequestBudget(share: 1, allowance: 60, timekeeper: timekeeper),
            policy: policy,
            timekeeper: timekeeper,
            jitter: jitter,
            logger: logger
        )
    }

    /// When a request is sent again, unless somebody waits for it.
    package static var standardPolicy: RetryPolicy {
        var policy = RetryPolicy()
        policy.unstatedSilences = [30, 60, 120, 240, 480, 900].map { .seconds($0) }
        // Long enough for all of these silences.
        policy.deadline = .seconds(3_600)
        return policy
    }
}
