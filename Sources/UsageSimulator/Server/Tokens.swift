import FoundationEssentials

/// The tokens that were issued and are still known.
struct Tokens {
    struct Token {
        let credential: Credential
        let expiry: Date
    }

    private var issued: [String: Token] = [:]

    /// A new token; older ones of the same credential stay good until they expire.
    mutating func issue(to credential: Credential, text: String, lifetime: Duration, now: Date) {
        issued[text] = Token(credential: credential, expiry: now.addingTimeInterval(lifetime / .seconds(1)))
    }

    /// The token behind an `Authorization` header.
    ///
    /// - Throws: ``APIError`` 401 without a bearer token, or with one that is unknown or has expired.
    func token(authorization: String?, now: Date) throws(APIError) -> (text: String, token: Token) {
        guard let text = Tokens.bearer(authorization) else { throw .noToken }
        guard let token = issued[text], token.expiry > now else { throw .badToken }
        return (text, token)
    }

    /// Forgets the token behind an `Authorization` header.
    mutating func revoke(authorization: String?) {
        if let text = Tokens.bearer(authorization) {
            issued[text] = nil
        }
    }

    private static func bearer(_ authorization: String?) -> String? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer ") else { return nil }
        return String(authorization.dropFirst(7))
    }
}
