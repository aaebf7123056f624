package import Logging
package import Timekeeping
package import Transport
import UsageDomain

/// One account at Genesys Cloud: what it is and what its usage was.
///
/// All methods may be called by any number of tasks at once; they share the token and the budget of requests.
package struct GenesysCloudSource: Sendable {
    let endpoints: Endpoints
    let credentials: Credentials
    let exchange: HTTPExchange
    let tokens: AccessTokenProvider
    let polling: PollPolicy
    let answerLimit: Int
    let timekeeper: Timekeeper
    let jitter: Jitter
    let logger: Logger

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - endpoints: where the API is.
    ///   - credentials: whom it is asked as.
    ///   - exchange: how it is asked; its budget is this source's.
    ///   - polling: how often executions are asked after.
    ///   - answerLimit: longest answer with rows that is read, in bytes.
    ///   - timekeeper: where time comes from.
    ///   - jitter: where chance comes from.
    ///   - logger: gets trace and debug lines only.
    package init(
        endpoints: Endpoints,
        credentials: Credentials,
        exchange: HTTPExchange,
        polling: PollPolicy = PollPolicy(),
        answerLimit: Int = 4 << 30,
        timekeeper: Timekeeper = Timekeeper(),
        jitter: Jitter = .random,
        logger: Logger
    ) {
        self.endpoints = endpoints
        self.credentials = credentials
        self.exchange = exchange
        self.polling = polling
        self.answerLimit = answerLimit
        self.timekeeper = timekeeper
        self.jitter = jitter
        self.logger = logger
        let request = TokenRequest(
            endpoints: endpoints, credentials: credentials, exchange: exchange, timekeeper: timekeeper)
        tokens = AccessTokenProvider(timekeeper: timekeeper) { try await request.send(tally: $0) }
    }

    /// Sends a request with the token; once more with a new one when the API refuses it.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`; what the reader throws.
    func send<Reader: BodyReader>(
        _ request: HTTPRequest,
        step: GenesysCloudError.Step,
        tally: RequestTally,
        reading makeReader: (HTTPReplyHead) throws -> Reader
    ) async throws -> HTTPReply<Reader.Answer> {
        let token = try await token(tally)
        var request = request
        request.endpoint = step.endpoint
        do {
            return try await exchange.send(
                request.authorized(by: token, credentials), tally: tally, reading: makeReader)
        } catch let failure as TransportError {
            guard failure.status == 401 else { throw error(.exchange(failure)) }
        }
        tokens.discard(token)
        let renewed = try await self.token(tally)
        do {
            return try await exchange.send(
                request.authorized(by: renewed, credentials), tally: tally, reading: makeReader)
        } catch let failure as TransportError {
            if failure.status == 401 { tokens.discard(renewed) }
            throw error(failure.status == 401 ? .unauthenticated(failure) : .exchange(failure))
        }

        func error(_ reason: GenesysCloudError.Reason) -> GenesysCloudError {
            let correlationID: String? =
                switch reason {
                case .exchange(let failure), .unauthenticated(let failure): failure.correlationID
                default: nil
                }
            return GenesysCloudError(reason, step: step, requests: tally.requests, correlationID: correlationID)
        }
    }

    private func token(_ tally: RequestTally) async throws -> AccessToken {
        do {
            return try await tokens.token(tally: tally)
        } catch var error as GenesysCloudError {
            // The request may have been another task's.
            error.requests = tally.requests
            throw error
        }
    }

    /// Decodes a small answer.
    func decode<Value: Decodable>(
        _ type: Value.Type,
        from reply: HTTPReply<[UInt8]>,
        step: GenesysCloudError.Step,
        tally: RequestTally
    ) throws -> Value {
        do {
            return try WireDecoder.decode(type, from: reply.answer)
        } catch {
            throw wrongAnswer(error.problem, in: reply.head, step: step, tally: tally)
        }
    }

    /// The beginning of a foreign text, fit for a log line, without the secrets that somebody may have echoed.
    func presentable(_ text: String, limit: Int) -> String {
        text.masking([credentials.clientSecret] + (tokens.held.map { [$0.value] } ?? [])).quotable(limit: limit)
    }

    func wrongAnswer(
        _ problem: String,
        in head: HTTPReplyHead,
        step: GenesysCloudError.Step,
        tally: RequestTally
    ) -> GenesysCloudError {
        GenesysCloudError(
            .wrongAnswer(problem), step: step, requests: tally.requests, correlationID: head.correlationID)
    }
}

extension HTTPRequest {
    fileprivate func authorized(by token: AccessToken, _ credentials: Credentials) -> HTTPRequest {
        var request = self
        request.authorization = token.authorization
        request.masked = [token.value, credentials.clientSecret]
        return request
    }
}
