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

extension String {
    /// Safe as one segment of a path: everything but ASCII letters, digits, `-`, `_` and `~` is percent-encoded, so that
    /// not even `..` can lead elsewhere.
    fileprivate var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
