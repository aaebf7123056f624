/// What the simulator is asked for; scripts and ledgers speak of requests in these terms.
package enum Endpoint: String, CaseIterable, Sendable {
    /// `POST /oauth/token`
    case token
    /// `GET /api/v2/organizations/me`
    case organization
    /// `GET /api/v2/oauth/clients` and `…/{clientId}`
    case clients
    /// `GET /api/v2/organizations/limits/namespaces/{namespaceName}`
    case limits
    /// `POST /api/v2/usage/query`
    case submit
    /// `GET /api/v2/usage/query/{executionId}/results`, whatever it answers
    case results
    /// Those of ``results`` that would answer `Complete`; in scripts only, a ledger says ``results``.
    case completeResults = "complete"
    /// Anything else
    case other

    /// Any one of these permits the request; empty when a token is enough (contract, sections 1 and 6).
    var permissions: [String] {
        switch self {
        case .submit, .results, .completeResults: ["oauth:client:view", "usage:organization:view"]
        case .clients: ["oauth:client:view"]
        case .token, .organization, .limits, .other: []
        }
    }

    /// The endpoint of a request, with the one id its path may hold.
    static func of(method: String, path: String) -> (endpoint: Endpoint, id: String?) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        switch (method, parts.count) {
        case ("POST", 2) where parts == ["oauth", "token"]:
            return (.token, nil)
        case ("GET", 4) where parts == ["api", "v2", "organizations", "me"]:
            return (.organization, nil)
        case ("GET", 4) where parts == ["api", "v2", "oauth", "clients"]:
            return (.clients, nil)
        case ("GET", 5) where parts.starts(with: ["api", "v2", "oauth", "clients"]):
            return (.clients, parts[4])
        case ("GET", 6...7) where parts.starts(with: ["api", "v2", "organizations", "limits", "namespaces"]):
            guard parts.count == 6 || parts[6] == "defaults" else { return (.other, nil) }
            return (.limits, parts[5])
        case ("POST", 4) where parts == ["api", "v2", "usage", "query"]:
            return (.submit, nil)
        case ("GET", 6) where parts.starts(with: ["api", "v2", "usage", "query"]) && parts[5] == "results":
            return (.results, parts[4])
        default:
            return (.other, nil)
        }
    }
}
