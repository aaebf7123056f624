import Transport
package import UsageDomain

extension GenesysCloudError: FetchFailure {
    /// What the failure means for the plan.
    package var kind: FetchFailureKind {
        switch reason {
        case .exchange(let failure): isAboutClient(failure) ? .clientUnavailable : failure.fetchFailureKind
        // A token that the login has just issued and the API refuses says nothing against the credentials.
        case .unauthenticated: step == .token ? .unauthenticated : .unavailable
        case .unreadable, .wrongRow, .wrongAnswer, .wrongPages: .badAnswer
        case .unknownStatus, .executionsFailed, .executionLost, .stillRunning: .unavailable
        }
    }

    /// How many executions may run at a time, and what one too many is answered, is not known (contract, section 10):
    /// a submission refused with 429, or with 409, may be that.
    package var isCrowding: Bool {
        guard case .submit = step, case .exchange(let failure) = reason else { return false }
        return failure.status == 409 || failure.status == 429
    }

    /// Whether the API refuses to speak of the one OAuth client that was asked about: when it is asked, or when the
    /// answer to a question that it took is to be read. Results that are not found are a lost execution instead.
    private func isAboutClient(_ failure: TransportError) -> Bool {
        switch step {
        case .submit(let query):
            query.window.dataset.isPerClient && (failure.status == 403 || failure.status == 404)
        case .results(let query, _, _): query.window.dataset.isPerClient && failure.status == 403
        case .token, .organization, .oauthClients, .limits, .permission: false
        }
    }

    package var description: String {
        if case .unauthenticated(let failure) = reason, step != .token {
            return "\(step): the API refuses a token that the login has just issued: \(failure)"
        }
        var text = "\(step): \(reason)"
        // An exchange names its correlation id itself.
        switch reason {
        case .exchange, .unauthenticated: break
        default: if let correlationID { text += ", correlation id \(correlationID)" }
        }
        return text
    }
}

extension TransportError {
    fileprivate var fetchFailureKind: FetchFailureKind {
        switch kind {
        case .rateLimited(let silence, _): .rateLimited(retryAfter: silence ?? .seconds(60))
        case .status(401, _): .unauthenticated
        case .status(let status, _): (400..<500).contains(status) && status != 408 ? .refused : .unavailable
        case .answerTooLong: .badAnswer
        case .invalidRequest: .refused
        case .unreachable, .untrusted, .interrupted, .timedOut, .redirected, .unsupportedEncoding, .clockOff:
            .unavailable
        }
    }
}

extension GenesysCloudError.Step: CustomStringConvertible {
    package var description: String {
        switch self {
        case .token: "fetching an access token"
        case .organization: "reading organizations/me"
        case .oauthClients: "listing oauth/clients"
        case .limits(let namespace): "reading the limits of \(namespace)"
        case .permission(let dataset): "asking whether \(dataset.rawValue) may be read"
        case .submit(let query): "submitting \(text(query))"
        case .results(let query, let execution, let page):
            "reading \(text(query)), execution \(execution.rawValue.quotable(limit: 100))"
                + (page > 1 ? ", page \(page)" : "")
        }
    }

    private func text(_ query: Query) -> String {
        query.part.isEmpty ? "\(query.window)" : "\(query.window) (\(query.part.quotable(limit: 100)))"
    }
}

extension GenesysCloudError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exchange(let failure): "\(failure)"
        case .unauthenticated(let failure):
            "the credentials are refused (check client-id and client-secret): \(failure)"
        case .unreadable(let error): "the answer is wrong: \(error)"
        case .wrongRow(let problem): "the answer is wrong: \(problem)"
        case .wrongAnswer(let problem): "the answer is wrong: \(problem)"
        case .unknownStatus(let status):
            "still \"\(status)\", a query status that the contract does not know, to be polled again later"
        case .wrongPages(let problem): "the answer is wrong: \(problem)"
        case .executionsFailed(let count, let reason):
            "the API failed to execute the query, \(count) times" + (reason.map { ": \($0)" } ?? "")
        case .executionLost: "the API does not know the execution any more, for the second time"
        case .stillRunning(let patience):
            "still running after \(patience.components.seconds) s, to be polled again later"
        }
    }
}

extension RowProblem: CustomStringConvertible {
    package var description: String {
        "row \(row) at byte \(byteOffset), \(field): \(problem)"
    }
}
