import FoundationEssentials
import Transport

/// Where the API and its login are.
package struct Endpoints: Hashable, Sendable {
    /// Base of every API call, without a slash at its end: `https://api.mypurecloud.de`.
    package let api: String
    /// Base of the token request: `https://login.mypurecloud.de`.
    package let login: String

    /// Takes the addresses of a region, a gateway or a simulator. They may have a path.
    ///
    /// - Throws: `EndpointsError` for anything but an `http` or `https` URL of a host, optionally a port and a path.
    package init(apiURL: String, loginURL: String) throws(EndpointsError) {
        api = try Self.base(apiURL)
        login = try Self.base(loginURL)
    }

    private static func base(_ text: String) throws(EndpointsError) -> String {
        guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme?.lowercased()),
            let host = url.host, !host.isEmpty, url.user == nil, url.password == nil,
            url.query == nil, url.fragment == nil
        else { throw .notABase(text.quotable(limit: 100)) }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }

    /// The URL of a path of the API that begins with a slash.
    func url(_ path: String) -> String {
        api + path
    }

    /// The URL that a link in an answer leads to, or nil when it leads to another host than the configured one.
    ///
    /// Links are relative to the host as the vendor knows it, so a gateway's own path is put in front.
    func url(following link: String) -> String? {
        if link.hasPrefix("/") {
            guard !link.hasPrefix("//"), !link.hasPrefix("/\\") else { return nil }
            let path = URLComponents(string: api)?.path ?? ""
            let beginsWithBase = !path.isEmpty && link.hasPrefix(path + "/")
            return beginsWithBase ? api.dropLast(path.count) + link : api + link
        }
        guard let origin = Origin(link), origin == Origin(api) else { return nil }
        return link
    }

    private struct Origin: Equatable {
        let scheme: String
        let host: String
        let port: Int

        init?(_ text: String) {
            guard let url = URLComponents(string: text), url.user == nil, let scheme = url.scheme?.lowercased(),
                let host = url.host?.lowercased()
            else { return nil }
            self.scheme = scheme
            self.host = host
            port = url.port ?? (scheme == "https" ? 443 : 80)
        }
    }
}

/// Why an address cannot be used.
package enum EndpointsError: Error, Equatable, Sendable, CustomStringConvertible {
    case notABase(String)

    package var description: String {
        switch self {
        case .notABase(let text):
            "\"\(text)\" is not a base address: expected http:// or https://, a host, and no user, query or fragment"
        }
    }
}
