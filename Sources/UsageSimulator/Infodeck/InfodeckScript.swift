/// How the fake of Infodeck behaves: a switch for each thing that its contract leaves open, and a list of faults.
package struct InfodeckScript: Sendable {
    /// The finest range that is counted apart.
    package enum Buckets: Sendable {
        case milliseconds
        /// Every UTC day that a range touches is counted as a whole.
        case utcDays
    }

    /// What a question that makes no sense is answered with.
    package enum Nonsense: Sendable {
        /// The units that there are, mostly none.
        case taken
        /// 422.
        case refused
    }

    /// What numbers too small for milliseconds are taken for.
    package enum Seconds: Sendable {
        /// For milliseconds: instants of January 1970, without usage.
        case zero
        /// 422.
        case refused
        /// For seconds.
        case understood
    }

    /// Tried in order; of several that match one request, the first is played. All that match count the request.
    package var faults: [InfodeckFault]
    package var endDateIsIncluded = true
    package var buckets = Buckets.milliseconds
    package var seconds = Seconds.zero
    /// For ranges that end after now, and for ranges that end before they begin.
    package var impossibleRanges = Nonsense.refused
    /// A key for another organization than its own gets this status.
    package var strangeOrganizationStatus = 403
    /// Answers 403 to whoever asks for the organization.
    package var organizationIsClosed = false
    /// Wraps the organization in `data`, as usage is.
    package var organizationIsWrapped = false
    /// A request less than a second after the one before gets 429.
    package var allowsOneRequestASecond = false
    /// JSON in place of a counter, by its key; nil removes the key, and an unknown key is added.
    package var counters: [String: String?] = [:]

    package init(faults: [InfodeckFault] = []) {
        self.faults = faults
    }
}

/// What the fake of Infodeck is asked for.
package enum InfodeckEndpoint: String, CaseIterable, Sendable {
    /// `GET /organizations/{id}`
    case organization
    /// `GET /organizations/{id}/usage`
    case usage
    /// Anything else
    case other
}

/// One thing that goes wrong, at one endpoint, at certain requests.
package struct InfodeckFault: Sendable {
    /// What happens instead of, or to, the regular answer.
    package enum Effect: Sendable {
        /// The contract's error body, with these headers.
        case status(Int, headers: [(name: String, value: String)] = [])
        /// A body with `message` only, as a gateway in front of the API sends it.
        case gateway(Int)
        /// A page of HTML.
        case html(Int)
        /// Any answer, byte by byte.
        case raw(Int, contentType: String = "application/json", body: String)
        /// No answer until the other side gives up.
        case hang
        /// No answer at all; the connection is reset.
        case reset
        /// The regular answer; the connection is reset after so many bytes of its body.
        case cut(afterBytes: Int)
        /// The regular answer, properly ended after so many bytes of its body.
        case truncate(afterBytes: Int)
        /// The regular answer after a pause.
        case delay(Duration)
    }

    package let endpoint: InfodeckEndpoint
    package let occurrence: Fault.Occurrence
    package let effect: Effect

    package init(_ endpoint: InfodeckEndpoint, _ occurrence: Fault.Occurrence, _ effect: Effect) {
        self.endpoint = endpoint
        self.occurrence = occurrence
        self.effect = effect
    }
    /// A fault that hits every matching request.
    package init(_ endpoint: InfodeckEndpoint, _ effect: Effect) {
        self.init(endpoint, .always, effect)
    }
}
