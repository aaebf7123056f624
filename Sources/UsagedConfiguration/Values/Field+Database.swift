extension Field {
    static let databaseRemedy = "give a libpq connection string or URI, as postgresql:///usage"

    /// A libpq connection string or URI without a password; its text is never shown, since one may be in it.
    func database() -> String? {
        guard let text = text() else { return nil }
        switch ConnectionString(text) {
        case .plain:
            return text
        case .withSecret(let place):
            refuse(
                "there is a password in it, as \(place)",
                "remove it there; use PGPASSFILE, peer authentication or certificates instead")
        case .malformed(let fault):
            refuse("it is not a libpq connection string: \(fault)", Self.databaseRemedy)
        }
        return nil
    }
}

/// What a text for libpq holds, as far as passwords are concerned (PostgreSQL manual, "Connection Strings").
enum ConnectionString: Equatable {
    case plain
    /// Something secret is in it; the text says in which part, not what.
    case withSecret(String)
    case malformed(String)

    /// The parameters whose values are secret, of libpq 18 too.
    private static let secrets: Set<String> = [
        "password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key",
    ]

    init(_ text: String) {
        if let scheme = ["postgresql://", "postgres://"].first(where: { text.hasPrefix($0) }) {
            self = Self.uri(text.dropFirst(scheme.count))
        } else if text.contains("://") {
            self = .malformed("a URI begins with postgresql://")
        } else {
            self = Self.keywords(text)
        }
    }
}

extension ConnectionString {
    private static func uri(_ rest: Substring) -> ConnectionString {
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // libpq ends the user part at the first @ or slash; a password with a slash in it is no less a password.
        if let at = parts[0].lastIndex(of: "@") {
            let user = parts[0][..<at]
            let authorityHasAt = parts[0].prefix { $0 != "/" }.contains("@")
            if let colon = user.firstIndex(of: ":") {
                let port = user[user.index(after: colon)...].prefix { $0 != "/" && $0 != "," }
                let isPort = !authorityHasAt && port.allSatisfy(\.isASCIIDigit)
                if !isPort { return .withSecret("user:password@") }
            }
        }
        guard parts.count == 2 else { return .plain }
        for pair in parts[1].split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = percentDecoded(halves[0]) else { return .malformed("a parameter is not percent-encoded") }
            if secrets.contains(key.lowercased()) { return .withSecret("?\(key.lowercased())=") }
            guard halves.count == 2 else { return .malformed("a parameter has no value") }
        }
        return .plain
    }

    /// `keyword = value` pairs: spaces around the sign, quotes and backslashes as libpq reads them.
    private static func keywords(_ text: String) -> ConnectionString {
        var rest = text.unicodeScalars[...]
        func skipSpace() { rest = rest.drop(while: \.properties.isWhitespace) }
        skipSpace()
        while !rest.isEmpty {
            let word = rest.prefix { $0 != "=" && !$0.properties.isWhitespace }
            rest = rest.dropFirst(word.count)
            let key = String(word).lowercased()
            skipSpace()
            guard rest.first == "=" else { return .malformed("a keyword has no = after it") }
            if secrets.contains(key) { return .withSecret("\(key)=") }
            rest.removeFirst()
            skipSpace()
            guard skipValue(&rest) else { return .malformed("a quoted value has no end") }
            skipSpace()
        }
        return .plain
    }

    private static func skipValue(_ rest: inout Substring.UnicodeScalarView) -> Bool {
        let isQuoted = rest.first == "'"
        if isQuoted { rest.removeFirst() }
        while let scalar = rest.first {
            rest.removeFirst()
            if scalar == "\\" {
                rest = rest.dropFirst()
            } else if isQuoted, scalar == "'" {
                return true
            } else if !isQuoted, scalar.properties.isWhitespace {
                return true
            }
        }
        return !isQuoted
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.count == 2, let value = UInt8(digits, radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
