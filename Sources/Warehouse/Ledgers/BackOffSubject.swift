package import UsageDomain

/// A part of a source that can be left alone by itself when it keeps failing.
package enum BackOffSubject: Hashable, Sendable {
    /// A dataset; of one OAuth client alone unless `clientID` is empty.
    case dataset(Dataset, clientID: String)
    /// The listing of OAuth clients.
    case listing
    /// The limits of the API.
    case limits

    /// As the database names it.
    var name: String {
        switch self {
        case .dataset(let dataset, _): dataset.rawValue
        case .listing: "oauth_clients"
        case .limits: "limits"
        }
    }

    /// Empty for the whole subject.
    var clientID: String {
        if case .dataset(_, let clientID) = self { clientID } else { "" }
    }

    /// - Returns: nil for a name that this version does not know.
    init?(name: String, clientID: String) {
        switch name {
        case Self.listing.name: self = .listing
        case Self.limits.name: self = .limits
        default:
            guard let dataset = Dataset(rawValue: name) else { return nil }
            self = .dataset(dataset, clientID: clientID)
        }
    }
}
