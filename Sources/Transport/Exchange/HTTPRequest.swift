/// One question to a server.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// Whether the request may be sent again when it is not known whether the server has accepted it.
    package enum Repetition: Sendable {
        /// A second execution does no harm, so any transient failure is answered by sending again.
        case harmless
        /// The same, but a second execution costs something, so it is counted.
        case costly
        /// Only after a failure that proves that the request was not accepted.
        case onlyIfNotAccepted
    }

    package let method: Method
    /// Absolute `http` or `https` URL.
    package let url: String
    /// Under which name it is counted.
    package var endpoint = EndpointName.unnamed
    /// Headers beside those that every exchange sends.
    package var headers: [(name: String, value: String)] = []
    /// Value of the `Authorization` header.
    package var authorization: Secret?
    /// Texts that are masked wherever something that the server said is quoted.
    package var masked: [Secret] = []
    package var body: [UInt8] = []
    package let repetition: Repetition
    /// Requests sent at most, where that is fewer than the policy allows.
    package var attempts: Int?
    /// Before the request is sent again, at least.
    package var shortestWait = Duration.zero
    /// Longest body of an answer that is read, in bytes.
    package var answerLimit: Int
    /// Limit for one attempt, from sending to the last byte of the answer.
    package var deadline: Duration

    /// Asks for something, which can be repeated at will.
    package static func get(
        _ url: String, answerLimit: Int, repetition: Repetition = .harmless, deadline: Duration = .seconds(60)
    ) -> HTTPRequest {
        HTTPRequest(method: .get, url: url, repetition: repetition, answerLimit: answerLimit, deadline: deadline)
    }

    /// Sends a body.
    package static func post(
        _ url: String,
        body: [UInt8],
        contentType: String,
        repetition: Repetition,
        answerLimit: Int,
        deadline: Duration = .seconds(60)
    ) -> HTTPRequest {
        HTTPRequest(
            method: .post,
            url: url,
            headers: [("Content-Type", contentType)],
            body: body,
            repetition: repetition,
            answerLimit: answerLimit,
            deadline: deadline
        )
    }
}

extension HTTPRequest: CustomStringConvertible, CustomReflectable {
    /// Method and URL, without the query.
    package var description: String {
        "\(method.rawValue) \(url.prefix { $0 != "?" })"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
