/// How connections are made and how patient they are.
package struct HTTPSettings: Sendable {
    /// `usaged/1.2.3`.
    package var userAgent: String
    /// PEM file of certificate authorities that are trusted beside the system's.
    package var caFile: String?
    package var connectTimeout: Duration = .seconds(10)
    /// Longest time without a byte, before and within an answer.
    package var silenceTimeout: Duration = .seconds(60)
    /// Requests under way at once at most; nil for as many as the budget admits.
    package var requestsAtOnce: Int?

    /// Told before each request that is sent, repeated ones included.
    package var onRequest: (@Sendable () -> Void)?
    /// Told before a failed request is sent again: how it failed and after how long that will be. Nothing secret.
    package var onRetry: (@Sendable (_ failure: String, _ wait: Duration) -> Void)?
    /// Told once for each request that was sent, when no more is expected of it: what was asked, and the status of the
    /// answer; nil when there was none.
    package var onSent: (@Sendable (_ endpoint: EndpointName, _ status: Int?) -> Void)?

    /// Told of status and headers of each answer, whatever they are, before anything is made of them.
    package var onAnswer: (@Sendable (HTTPReplyHead) -> Void)?

    package init(userAgent: String, caFile: String? = nil) {
        self.userAgent = userAgent
        self.caFile = caFile
    }
}
