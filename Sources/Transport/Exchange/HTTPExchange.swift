import AsyncHTTPClient
import FoundationEssentials
package import Logging
import NIOCore
import NIOHTTP1
package import Timekeeping

/// One HTTP exchange done well: paced by a budget, limited in time and size, repeated when that helps.
///
/// Redirections are not followed and no proxy is used. Bodies are asked for unencoded (`Accept-Encoding: identity`), so
/// that a body cut short cannot hide behind a decompressor; one that comes encoded anyway is refused by name.
package struct HTTPExchange: Sendable {
    private let client: HTTPClient
    private let settings: HTTPSettings
    /// What may be sent.
    package let budget: RequestBudget
    private let turns: Turns?
    private let policy: RetryPolicy
    private let timekeeper: Timekeeper
    private let jitter: Jitter
    private let logger: Logger

    /// Opens nothing yet. `shutdown()` must be called when nothing is under way any more.
    ///
    /// - Throws: what reading the file of certificate authorities throws.
    package init(
        settings: HTTPSettings,
        budget: RequestBudget,
        policy: RetryPolicy = RetryPolicy(),
        timekeeper: Timekeeper = Timekeeper(),
        jitter: Jitter = .random,
        logger: Logger
    ) throws {
        self.settings = settings
        self.budget = budget
        turns = settings.requestsAtOnce.map { Turns(count: $0) }
        self.policy = policy
        self.timekeeper = timekeeper
        self.jitter = jitter
        self.logger = logger
        client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: try HTTPClient.Configuration(settings)
        )
    }

    /// How long the other side still asks for silence; zero when it does not.
    package var silence: Duration {
        get async { await budget.silence }
    }

    /// Holds all requests back while it is closed.
    package var gate: RequestGate { budget.gate }

    /// Closes all connections.
    package func shutdown() async throws {
        try await client.shutdown()
    }

    /// Sends a request until it is answered with success or the policy gives up, and reads the answer.
    ///
    /// - Parameters:
    ///   - request: what to send.
    ///   - tally: counts every request sent.
    ///   - makeReader: makes the reader of a successful answer's body, anew for each attempt that gets so far.
    /// - Returns: the answer, and what it cost.
    /// - Throws: `TransportError`; `CancellationError`; whatever `makeReader` or the reader throws.
    package func send<Reader: BodyReader>(
        _ request: HTTPRequest,
        tally: RequestTally,
        reading makeReader: (HTTPReplyHead) throws -> Reader
    ) async throws -> HTTPReply<Reader.Answer> {
        let start = timekeeper.now
        var attempts = 0
        while true {
            switch try await admittedAttempt(request, &attempts, tally, makeReader) {
            case .success(let (head, answer)):
                logger.trace("HTTP exchange", metadata: metadata(request, attempts, status: head.status))
                return HTTPReply(head: head, answer: answer, requestsSent: attempts)
            case .failure(var failure):
                try Task.checkCancellation()
                failure.requestsSent = attempts
                try await waitOrGiveUp(after: failure, request, tally: tally, attempts: attempts, start: start)
            }
        }
    }

    private func waitOrGiveUp(
        after failure: TransportError,
        _ request: HTTPRequest,
        tally: RequestTally,
        attempts: Int,
        start: Duration
    ) async throws {
        if failure.status == 429 { await budget.countRefusal() }
        if let silence = policy.silence(after: failure, attempts: attempts) {
            await budget.rest(for: silence + policy.margin)
        }
        var decision = policy.decision(
            after: failure,
            repetition: request.repetition,
            attempts: attempts,
            elapsed: timekeeper.now - start,
            jitter: jitter.fraction()
        )
        if let most = request.attempts, attempts >= most { decision = .giveUp }
        var details = metadata(request, attempts, status: failure.status)
        details["http.failure"] = "\(failure.kind)"
        guard case .sendAgain(let stated) = decision else {
            logger.debug("HTTP exchange failed", metadata: details)
            throw failure
        }
        let wait = max(stated, request.shortestWait)
        details["http.wait"] = "\(wait)"
        logger.debug("HTTP exchange failed, sending again", metadata: details)
        settings.onRetry?("\(failure)", wait)
        if request.repetition == .costly, !failure.isSafeToRetry { tally.countDoubtfulRepeat() }
        try await timekeeper.sleep(for: wait)
    }

    private func metadata(_ request: HTTPRequest, _ attempts: Int, status: Int?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["http.request": "\(request)", "http.attempt": "\(attempts)"]
        if let status { metadata["http.status"] = "\(status)" }
        return metadata
    }

    // MARK: One attempt

    /// Waits until the request may be sent, and sends it.
    ///
    /// - Throws: `TransportError` when it may not be sent for long; what the reader throws.
    private func admittedAttempt<Reader: BodyReader>(
        _ request: HTTPRequest,
        _ attempts: inout Int,
        _ tally: RequestTally,
        _ makeReader: (HTTPReplyHead) throws -> Reader
    ) async throws -> Result<(HTTPReplyHead, Reader.Answer), TransportError> {
        try await turns?.begin()
        defer { turns?.end() }
        if let silence = try await budget.admit() {
            throw TransportError(
                .rateLimited(retryAfter: silence, nil), request: request, requestsSent: attempts, retryAfter: silence)
        }
        attempts += 1
        tally.countRequest()
        var status: Int?
        defer { settings.onSent?(request.endpoint, status) }
        do {
            return .success(try await attempt(request, &status, makeReader))
        } catch let failure as TransportError {
            return .failure(failure)
        }
    }

    private func attempt<Reader: BodyReader>(
        _ request: HTTPRequest,
        _ status: inout Int?,
        _ makeReader: (HTTPReplyHead) throws -> Reader
    ) async throws -> (HTTPReplyHead, Reader.Answer) {
        let deadline = NIODeadline.now() + TimeAmount(request.deadline)
        let sent = timekeeper.date
        let response: HTTPClientResponse
        do {
            response = try await client.execute(HTTPClientRequest(request, settings), deadline: deadline)
        } catch {
            try Task.checkCancellation()
            throw TransportError(translating: error, request: request, waitingFor: .answer)
        }
        let head = HTTPReplyHead(response)
        status = head.status
        settings.onAnswer?(head)
        await budget.observe(RateLimitHeaders(head))
        guard (200..<300).contains(head.status) else {
            throw await refusal(head, response, request, deadline)
        }
        if let difference = ClockDifference(head, sent: sent, received: timekeeper.date) {
            throw TransportError(
                .clockOff(difference.duration), request: request, correlationID: head.correlationID)
        }
        if let encoding = head.header("Content-Encoding")?.lowercased(), encoding != "identity" {
            throw TransportError(
                .unsupportedEncoding(encoding.quotable(limit: 40)), request: request, correlationID: head.correlationID)
        }
        if let length = head.header("Content-Length").flatMap({ Int($0) }), length > request.answerLimit {
            throw TransportError(
                .answerTooLong(limit: request.answerLimit), request: request, correlationID: head.correlationID)
        }
        return (head, try await read(response.body, head, request, deadline, makeReader(head)))
    }

    private func read<Reader: BodyReader>(
        _ body: HTTPClientResponse.Body,
        _ head: HTTPReplyHead,
        _ request: HTTPRequest,
        _ deadline: NIODeadline,
        _ firstReader: Reader
    ) async throws -> Reader.Answer {
        func failure(_ kind: TransportError.Kind) -> TransportError {
            TransportError(kind, request: request, correlationID: head.correlationID)
        }
        var reader = firstReader
        var length = 0
        var iterator = body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do {
                chunk = try await iterator.next(isolation: #isolation)
            } catch {
                try Task.checkCancellation()
                throw TransportError(
                    translating: error, request: request, waitingFor: .nextBytes, correlationID: head.correlationID)
            }
            // A body that ends because of a cancellation is not complete.
            try Task.checkCancellation()
            guard let chunk else { return try reader.finish() }
            length += chunk.readableBytes
            guard length <= request.answerLimit else { throw failure(.answerTooLong(limit: request.answerLimit)) }
            guard NIODeadline.now() <= deadline else { throw failure(.timedOut(.end)) }
            try chunk.withUnsafeReadableBytes { try reader.read($0.bytes) }
        }
    }

    /// What an answer that is no success means. Its body is read as far as it comes.
    private func refusal(
        _ head: HTTPReplyHead,
        _ response: HTTPClientResponse,
        _ request: HTTPRequest,
        _ deadline: NIODeadline
    ) async -> TransportError {
        if (300..<400).contains(head.status) {
            let location = (head.header("Location") ?? "nowhere").masking(request.masked).quotable(limit: 200)
            return TransportError(
                .redirected(head.status, location: location), request: request, correlationID: head.correlationID)
        }
        var small = request
        small.answerLimit = 65_536
        let bytes = try? await read(response.body, head, small, deadline, WholeBody())
        let body = ErrorBody(decoding: bytes ?? [], masking: request.masked)
        let retryAfter = RetryAfter.duration(
            head.header("Retry-After"), date: head.header("Date"), now: timekeeper.date)
        let silence = retryAfter ?? (head.status == 429 ? statedSilence(head) : nil)
        return TransportError(
            head.status == 429 ? .rateLimited(retryAfter: silence, body) : .status(head.status, body),
            request: request,
            correlationID: head.correlationID ?? body.contextID,
            retryAfter: silence,
            statedLimits: head.status == 429 ? StatedLimits.quoted(head) : []
        )
    }

    private func statedSilence(_ head: HTTPReplyHead) -> Duration? {
        RateLimitHeaders(head).reset ?? StatedLimits.silence(head, now: timekeeper.date)
    }
}
