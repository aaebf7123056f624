import FoundationEssentials

/// The tokens that were issued and are still known.
struct Tokens {
    struct Token {
        let credential: Credential
        let issued: Date
        let expiry: Date
    }

    private var issued: [String: Token] = [:]

    /// A new token; older ones of the same credential stay good until they expire.
    mutating func issue(to credential: Credential, text: String, lifetime: Duration, now: Date) {
        let expiry = now.addingTimeInterval(lifetime / .seconds(1))
        issued[text] = Token(credential: credential, issued: now, expiry: expiry)
    }

    /// Makes room for one more token of a credential, as the script limits them.
    ///
    /// - Returns: How many seconds the token endpoint wants to be spared; nil when it gives a token.
    mutating func wait(of credential: Credential, _ script: Script, now: Date) -> Int? {
        let own = issued.filter { $0.value.credential.clientID == credential.clientID && $0.value.expiry > now }
        switch script.tokenLimit {
        case .unlimited: return nil
        case .perMinute:
            let ages = own.values.map { now.timeIntervalSince($0.issued) }.filter { $0 < 60 }
            guard ages.count >= script.tokenMaximum, let oldest = ages.max() else { return nil }
            return max(1, Int((60 - oldest).rounded(.up)))
        case .alive:
            for (text, _) in own.sorted(by: { $0.value.issued < $1.value.issued }).dropLast(script.tokenMaximum - 1) {
                issued[text] = nil
            }
            return nil
        }
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
