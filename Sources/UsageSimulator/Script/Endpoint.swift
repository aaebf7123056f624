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

    /// `POST /api/v2/oauth/clients/{clientId}/usage/query`
    case clientSubmit = "client-submit"
    /// `GET /api/v2/oauth/clients/{clientId}/usage/summary`
    case clientSummary = "client-summary"
    /// `GET /api/v2/oauth/clients/{clientId}/usage/query/results/{executionId}`, for queries and summaries
    case clientResults = "client-results"
    /// Those of ``clientResults`` that would answer `Complete`; in scripts only.
    case completeClientResults = "client-complete"

    /// `POST /api/v2/usage/simplesearch`
    case searchSubmit = "search-submit"
    /// `GET /api/v2/usage/simplesearch/{executionId}/results`
    case searchResults = "search-results"
    /// Those of ``searchResults``, each a page, that would answer `Complete`; in scripts only.
    case completeSearchResults = "search-complete"

    /// `POST /api/v2/usage/aggregates/query/jobs`
    case jobsSubmit = "jobs-submit"
    /// `GET /api/v2/usage/aggregates/query/jobs/{jobId}`
    case jobsResults = "jobs-results"
    /// Those of ``jobsResults``, each a page, that would answer `Succeeded`; in scripts only.
    case completeJobsResults = "jobs-complete"

    /// `POST /api/v2/usage/client/{clientId}/aggregates/query/jobs`
    case clientJobsSubmit = "client-jobs-submit"
    /// `GET /api/v2/usage/client/{clientId}/aggregates/query/jobs/{jobId}`
    case clientJobsResults = "client-jobs-results"
    /// Those of ``clientJobsResults``, each a page, that would answer `Succeeded`; in scripts only.
    case completeClientJobsResults = "client-jobs-complete"

    /// Anything else
    case other

    /// Any one of these permits the request; empty when a token is enough (contract, sections 1 and 6).
    var permissions: [String] {
        switch self {
        case .submit, .results, .completeResults: ["oauth:client:view", "usage:organization:view"]
        case .clientSubmit, .clientSummary, .clientResults, .completeClientResults:
            ["oauth:client:view", "usage:client:view"]
        case .searchSubmit, .searchResults, .completeSearchResults: ["oauth:client:view", "usage:simpleSearch:view"]
        case .jobsSubmit, .jobsResults, .completeJobsResults: ["usage:organization:view"]
        case .clientJobsSubmit, .clientJobsResults, .completeClientJobsResults: ["usage:client:view"]
        case .clients: ["oauth:client:view"]
        case .token, .organization, .limits, .other: []
        }
    }

    /// How scripts speak of this endpoint's complete answers; nil where there are no executions.
    package var complete: Endpoint? {
        switch self {
        case .results: .completeResults
        case .clientResults: .completeClientResults
        case .searchResults: .completeSearchResults
        case .jobsResults: .completeJobsResults
        case .clientJobsResults: .completeClientJobsResults
        default: nil
        }
    }

    /// Whether only scripts know it, as a part of another endpoint.
    package var isOfScriptsAlone: Bool {
        Endpoint.allCases.contains { $0.complete == self }
    }

    /// Whether it belongs to the newer family, whose words are its own (contract, section 1.2).
    var isOfJobs: Bool {
        switch self {
        case .jobsSubmit, .jobsResults, .completeJobsResults: true
        case .clientJobsSubmit, .clientJobsResults, .completeClientJobsResults: true
        default: false
        }
    }
}
