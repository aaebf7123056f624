package import UsageDomain

/// One configured account at one vendor.
package struct SourceConfiguration: Sendable, Equatable {
    /// Unique in the file; used in logs, metrics and `--source`.
    package let name: String
    /// The first day, in the organization's own zone, from which coverage is owed.
    package let startDate: Day
    /// What is particular to the vendor.
    package let kind: Kind

    package init(name: String, startDate: Day, kind: Kind) {
        self.name = name
        self.startDate = startDate
        self.kind = kind
    }

    /// A vendor, with the settings that only it has.
    package enum Kind: Sendable, Equatable {
        case genesys(GenesysSource)
        case infodeck(InfodeckSource)

        /// The spelling of the file.
        package var name: String {
            switch self {
            case .genesys: "genesys"
            case .infodeck: "infodeck"
            }
        }

        /// The OAuth client to log in with; empty where the vendor has none.
        package var clientID: String {
            switch self {
            case .genesys(let genesys): genesys.clientID
            case .infodeck: ""
            }
        }
    }

    /// The datasets that are owed.
    package var datasets: [String] {
        switch kind {
        case .genesys(let genesys): genesys.datasets
        case .infodeck: InfodeckSource.datasets
        }
    }

    /// The dataset that the canonical views read.
    package var primary: String {
        switch kind {
        case .genesys(let genesys): genesys.primary
        case .infodeck: InfodeckSource.datasets[0]
        }
    }

    /// The secret that authenticates this source.
    package var secret: SecretReference {
        switch kind {
        case .genesys(let genesys): genesys.clientSecret
        case .infodeck(let infodeck): infodeck.apiKey
        }
    }
}
