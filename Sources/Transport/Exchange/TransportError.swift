/// Why an exchange gave no answer. Bodies are quoted shortly and escaped, of headers only what is said of limits.
package struct TransportError: Error, Sendable {
    package enum Kind: Equatable, Sendable {
        /// The request cannot be sent as it is.
        case invalidRequest(String)
        /// No connection was made, so nothing was sent.
        case unreachable(String)
        /// The server's certificate is not trusted.
        case untrusted(String)
        /// The connection broke, or what came is not HTTP, after sending may have begun.
        case interrupted(String)
        /// A limit of time passed after sending may have begun.
        case timedOut(Wait)
        /// The server refused to answer for this long, with 429 or, when nothing was sent, earlier.
        case rateLimited(retryAfter: Duration?, ErrorBody?)
        /// An answer with a status that is no success.
        case status(Int, ErrorBody)
        /// A redirection, which is never followed.
        case redirected(Int, location: String)
        /// The answer is longer than this many bytes.
        case answerTooLong(limit: Int)
        /// The answer is encoded in a way that was not asked for.
        case unsupportedEncoding(String)
        /// This machine's clock and the server's differ: above zero where ours is ahead. Every rule about days goes by
        /// the clock, so an answer is worth nothing then.
        case clockOff(Duration)
    }

    /// What was waited for.
    package enum Wait: String, Sendable {
        case answer = "an answer"
        case nextBytes = "more of the answer"
        case end = "the end of the answer"
    }

    package let kind: Kind
    /// Method and URL.
    package let request: String
    /// Requests sent before giving up, the failed one included.
    package internal(set) var requestsSent: Int
    package let correlationID: String?
    /// How long the server asks not to be asked.
    package let retryAfter: Duration?
    /// The headers of a 429 that speak of the limit, as received; none of those that `RateLimitHeaders` knows.
    package let statedLimits: [String]

    init(
        _ kind: Kind,
        request: HTTPRequest,
        requestsSent: Int = 0,
        correlationID: String? = nil,
        retryAfter: Duration? = nil,
        statedLimits: [String] = []
    ) {
        self.kind = kind
        self.request = request.description
        self.requestsSent = requestsSent
        self.correlationID = correlationID
        self.retryAfter = retryAfter
        self.statedLimits = statedLimits
    }
}

extension TransportError {
    /// The HTTP status of the answer, if one came.
    package var status: Int? {
        switch kind {
        case .status(let status, _), .redirected(let status, _): status
        case .rateLimited(_, let body): body == nil ? nil : 429
        default: nil
        }
    }

    /// What the body of the answer said, if one came.
    package var errorBody: ErrorBody? {
        switch kind {
        case .status(_, let body): body
        case .rateLimited(_, let body): body
        default: nil
        }
    }

    /// Whether the same request may succeed later.
    package var isTransient: Bool {
        switch kind {
        case .unreachable, .interrupted, .timedOut, .rateLimited: true
        case .status(let status, _): status == 408 || status >= 500 && status != 501 && status != 505
        case .invalidRequest, .untrusted, .redirected, .answerTooLong, .unsupportedEncoding, .clockOff: false
        }
    }

    /// Whether it is certain that the server did not accept the request.
    package var isSafeToRetry: Bool {
        switch kind {
        case .invalidRequest, .unreachable, .untrusted, .rateLimited, .redirected: true
        case .status(503, _): retryAfter != nil
        case .status(let status, _): (400..<500).contains(status)
        case .interrupted, .timedOut, .answerTooLong, .unsupportedEncoding, .clockOff: false
        }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        var text = "\(request): \(kind)"
        if requestsSent > 1 { text += ", after \(requestsSent) requests" }
        if let retryAfter { text += ", retry after \(retryAfter.components.seconds) s" }
        if !statedLimits.isEmpty { text += " (\(statedLimits.joined(separator: ", ")))" }
        if let correlationID { text += ", correlation id \(correlationID)" }
        return text
    }
}

extension TransportError.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidRequest(let reason): "the request is not possible: \(reason)"
        case .unreachable(let reason): "no connection: \(reason)"
        case .untrusted(let reason): "the server's certificate is not trusted (see ca-file): \(reason)"
        case .interrupted(let reason): "the connection broke: \(reason)"
        case .timedOut(let wait): "waited too long for \(wait.rawValue)"
        case .rateLimited(_, .none): "not sent, because the server asked for silence"
        case .rateLimited(_, .some(let body)): "status 429, \(body)"
        case .status(let status, let body): "status \(status), \(body)"
        case .redirected(let status, let location):
            "status \(status), a redirection to \(location) that is not followed"
        case .answerTooLong(let limit): "the answer is longer than the limit of \(limit) bytes"
        case .unsupportedEncoding(let name): "the answer has the content encoding \(name), which was not asked for"
        case .clockOff(let difference):
            "this machine's clock is \(abs(difference.components.seconds)) s "
                + "\(difference > .zero ? "ahead of" : "behind") the server's; set it (timedatectl set-ntp true), for which "
                + "days are due follows from it"
        }
    }
}
