/// The questions that Ingest asks of any error a source adapter throws.
package protocol FetchFailure: Error, CustomStringConvertible {
    var kind: FetchFailureKind { get }
    /// HTTP requests that were sent before giving up.
    var requests: Int { get }
    /// Whether the vendor might have begun the query if fewer of ours had been running at the time.
    var isCrowding: Bool { get }
}

extension FetchFailure {
    package var isCrowding: Bool { false }
}

/// What a failed fetch means for the plan.
package enum FetchFailureKind: Equatable, Sendable {
    /// The answer itself is wrong (a bad row, not JSON, cut off): other days may be fine, so single days are tried.
    case badAnswer
    /// The service did not answer usably in time; the same question may succeed later.
    case unavailable
    /// The API asks for silence for this long.
    case rateLimited(retryAfter: Duration)
    /// The credentials are refused: every window of the source will fail alike.
    case unauthenticated
    /// The credentials lack a permission, or the question is refused as such.
    case refused
    /// The API will not speak of this one OAuth client (403 or 404), now and probably for long; others are not touched.
    case clientUnavailable
}
