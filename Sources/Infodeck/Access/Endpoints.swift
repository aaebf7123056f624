import FoundationEssentials
import Transport

/// Where the API is, and whose usage is asked for.
package struct Endpoints: Hashable, Sendable {
    /// The vendor's id of the organization; opaque.
    package let organizationID: String
    /// `https://app.infodeck.io/api/organizations/o-1`, with the id percent-encoded.
    private let organizationURL: String

    /// Takes the address of the API, a gateway or a simulator. It may have a path.
    ///
    /// - Throws: `EndpointsError` for anything but an `http` or `https` URL of a host, optionally a port and a path, and
    ///   for an empty id.
    package init(apiURL: String, organizationID: String) throws(EndpointsError) {
        guard let url = URLComponents(string: apiURL), ["http", "https"].contains(url.scheme?.lowercased()),
            let host = url.host, !host.isEmpty, url.user == nil, url.password == nil,
            url.query == nil, url.fragment == nil
        else { throw .notABase(apiURL.quotable(limit: 100)) }
        guard !organizationID.isEmpty else { throw .noOrganization }
        let base = String(apiURL.reversed().drop { $0 == "/" }.reversed())
        self.organizationID = organizationID
        organizationURL = "\(base)/organizations/\(organizationID.percentEncoded)"
    }

    /// `GET /organizations/{id}` (contract, section 7).
    var organization: String { organizationURL }

    /// `GET /organizations/{id}/usage` (contract, section 1). Numbers are spelled in plain decimal digits, because other
    /// endpoints take the same parameters as texts.
    func usage(_ span: MillisecondSpan) -> String {
        "\(organizationURL)/usage?startDate=\(span.first)&endDate=\(span.last)"
    }
}

/// Why an address cannot be used.
package enum EndpointsError: Error, Equatable, Sendable, CustomStringConvertible {
    case notABase(String)
    case noOrganization

    package var description: String {
        switch self {
        case .notABase(let text):
            "\"\(text)\" is not a base address: expected http:// or https://, a host, and no user, query or fragment"
        case .noOrganization: "the organization's id is empty"
        }
    }
}
