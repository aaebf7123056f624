/// The settings of a source of kind `genesys`.
package struct GenesysSource: Sendable, Equatable {
    /// Where the API and its login are, without a trailing slash.
    package let endpoints: GenesysEndpoints
    /// The absolute path of a PEM file with the certificates of a private authority, beside the system's own.
    package let certificateAuthorityFile: String?
    /// The id of the OAuth client the daemon logs in with.
    package let clientID: String
    /// Where the secret of that OAuth client is.
    package let clientSecret: SecretReference
    /// The datasets that are owed, each once, at least one.
    package let datasets: [String]
    /// The dataset that the canonical views read; one of ``datasets``, and no snapshot unless there is nothing else.
    package let primary: String
    /// Whether organization datasets are grouped by user too.
    package let byUser: Bool
    /// The OAuth clients that the per-client datasets are asked for.
    package let clients: ClientSelection
    /// How many days a client summary spans.
    package let summaryDays: Int
    /// The share, above 0 and at most 1, of the token's request allowance that may be used.
    package let requestShare: Double

    package init(
        endpoints: GenesysEndpoints,
        certificateAuthorityFile: String? = nil,
        clientID: String,
        clientSecret: SecretReference,
        datasets: [String] = ["organization_query"],
        primary: String = "organization_query",
        byUser: Bool = false,
        clients: ClientSelection = .all,
        summaryDays: Int = 7,
        requestShare: Double = 0.8
    ) {
        self.endpoints = endpoints
        self.certificateAuthorityFile = certificateAuthorityFile
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.datasets = datasets
        self.primary = primary
        self.byUser = byUser
        self.clients = clients
        self.summaryDays = summaryDays
        self.requestShare = requestShare
    }

    /// The dataset that is relative to the moment of asking.
    static let snapshotDataset = "client_summary"

    /// Every dataset this vendor can be asked for.
    static let datasets = [
        "organization_query", "client_query", "client_summary", "simplesearch", "organization_jobs", "client_jobs",
    ]
}

/// The OAuth clients that the per-client datasets are asked for.
package enum ClientSelection: Sendable, Equatable {
    /// Every OAuth client that the organization lists.
    case all
    /// These ids, at least one, each once.
    case listed([String])
}

/// The two addresses of one Genesys Cloud.
package struct GenesysEndpoints: Sendable, Hashable {
    /// The base of every API call, as `https://api.mypurecloud.de`.
    package let api: String
    /// The base of the token request, as `https://login.mypurecloud.de`.
    package let login: String

    package init(api: String, login: String) {
        self.api = api
        self.login = login
    }

    package init(region: GenesysRegion) {
        self.init(api: "https://api.\(region.domain)", login: "https://login.\(region.domain)")
    }
}
