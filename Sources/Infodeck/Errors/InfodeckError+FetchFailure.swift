import FoundationEssentials
import Transport
package import UsageDomain

extension InfodeckError: FetchFailure {
    /// What the failure means for the plan (contract, section 4).
    package var kind: FetchFailureKind {
        switch reason {
        case .impossibleKey, .unauthenticated: .unauthenticated
        case .exchange(let failure): failure.fetchFailureKind
        case .wrongAnswer: .badAnswer
        }
    }

    package var description: String {
        "\(step): \(reason)"
    }
}

extension TransportError {
    fileprivate var fetchFailureKind: FetchFailureKind {
        switch kind {
        case .rateLimited(let silence, _): .rateLimited(retryAfter: silence ?? .seconds(900))
        // Of the one range that was asked for: others may be answered.
        case .status(400, _), .status(422, _), .answerTooLong: .badAnswer
        case .status(let status, _): (400..<500).contains(status) && status != 408 ? .refused : .unavailable
        case .invalidRequest: .refused
        case .unreachable, .untrusted, .interrupted, .timedOut, .redirected, .unsupportedEncoding, .clockOff:
            .unavailable
        }
    }
}

extension InfodeckError.Step: CustomStringConvertible {
    package var description: String {
        switch self {
        case .organization: "reading the organization"
        case .usage(let instants): "reading the usage of \(instants.inUTC)"
        case .usageInSeconds(let instants): "reading the usage of \(instants.inUTC), asked for in seconds"
        }
    }
}

extension InfodeckError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .impossibleKey: "the API key is empty or has characters that no header can carry (check api-key)"
        case .unauthenticated(let failure): "the API key is refused (check api-key): \(failure)"
        case .exchange(let failure): (failure.remedy.map { "\($0): " } ?? "") + "\(failure)"
        case .wrongAnswer(let problem): "the answer is wrong: \(problem)"
        }
    }
}

extension TransportError {
    /// What the status may mean here, and where to look.
    fileprivate var remedy: String? {
        switch status {
        case 403:
            """
            access is forbidden; either this endpoint is closed to API keys, or the key lacks a permission, or the plan \
            is neither Professional nor Enterprise, or the key's maker is no longer an administrator
            """
        case 404: "nothing is there (check organization-id and the path of api-url)"
        case 400, 422: "the range of time is refused; perhaps its unit or length is not what the API expects"
        default: nil
        }
    }
}

extension Range<Date> {
    /// `2025-01-01T16:00:00Z..2025-01-02T16:00:00Z`.
    var inUTC: String {
        "\(lowerBound.formatted(.iso8601))..\(upperBound.formatted(.iso8601))"
    }
}
