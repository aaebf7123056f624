/// An endpoint with the ids that a request's path holds.
struct Route: Sendable {
    let endpoint: Endpoint
    /// Of an execution, a job, a listed client or a namespace.
    var id: String?
    /// Of the OAuth client whose usage is asked for.
    var clientID: String?

    /// The route of a request; ``Endpoint/other`` for paths and methods that the API does not have.
    init(method: String, path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for pattern in Route.patterns where pattern.method == method && pattern.parts.count == parts.count {
            var route = Route(pattern.endpoint)
            if route.fill(from: parts, by: pattern.parts) {
                self = route
                return
            }
        }
        self.init(.other)
    }

    /// Where the results of an execution are read, relative to the API's address.
    static func results(of id: String, at endpoint: Endpoint, clientID: String?) -> String {
        let pattern = patterns.first { $0.endpoint == endpoint }?.parts ?? []
        return pattern.reduce(into: "") { path, part in
            switch part {
            case "{id}": path += "/" + id
            case "{clientId}": path += "/" + (clientID ?? "")
            default: path += "/" + part
            }
        }
    }

    private init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    private mutating func fill(from parts: ArraySlice<Substring>, by pattern: [Substring]) -> Bool {
        for (part, expected) in zip(parts, pattern) {
            switch expected {
            case "{id}": id = String(part)
            case "{clientId}": clientID = String(part)
            default:
                guard part == expected else { return false }
            }
        }
        return true
    }

    private struct Pattern: Sendable {
        let method: String
        let parts: [Substring]
        let endpoint: Endpoint

        init(_ method: String, _ path: String, _ endpoint: Endpoint) {
            self.method = method
            self.endpoint = endpoint
            parts = path.split(separator: "/")
        }
    }

    private static let patterns = [
        Pattern("POST", "/oauth/token", .token),
        Pattern("GET", "/api/v2/organizations/me", .organization),
        Pattern("GET", "/api/v2/oauth/clients", .clients),
        Pattern("GET", "/api/v2/oauth/clients/{id}", .clients),
        Pattern("GET", "/api/v2/organizations/limits/namespaces/{id}", .limits),
        Pattern("GET", "/api/v2/organizations/limits/namespaces/{id}/defaults", .limits),
        Pattern("POST", "/api/v2/usage/query", .submit),
        Pattern("GET", "/api/v2/usage/query/{id}/results", .results),
        Pattern("POST", "/api/v2/oauth/clients/{clientId}/usage/query", .clientSubmit),
        Pattern("GET", "/api/v2/oauth/clients/{clientId}/usage/summary", .clientSummary),
        Pattern("GET", "/api/v2/oauth/clients/{clientId}/usage/query/results/{id}", .clientResults),
        Pattern("POST", "/api/v2/usage/simplesearch", .searchSubmit),
        Pattern("GET", "/api/v2/usage/simplesearch/{id}/results", .searchResults),
        Pattern("POST", "/api/v2/usage/aggregates/query/jobs", .jobsSubmit),
        Pattern("GET", "/api/v2/usage/aggregates/query/jobs/{id}", .jobsResults),
        Pattern("POST", "/api/v2/usage/client/{clientId}/aggregates/query/jobs", .clientJobsSubmit),
        Pattern("GET", "/api/v2/usage/client/{clientId}/aggregates/query/jobs/{id}", .clientJobsResults),
    ]
}
