import FoundationEssentials

extension Field {
    /// `host:port`; the outer nil is a problem, the inner one the empty string, which turns the listener off.
    func listen() -> ListenAddress?? {
        let remedy = "write host:port, as 127.0.0.1:9464 or [::1]:9464, or \"\" to turn it off"
        guard let text = scalarText(remedy: remedy) else { return nil }
        if text.isEmpty { return .some(nil) }
        guard let colon = text.lastIndex(of: ":") else {
            refuse("\(quoted(text)) is not host:port", remedy)
            return nil
        }
        var host = String(text[..<colon])
        let digits = text[text.index(after: colon)...]
        let isIPv6 = host.hasPrefix("[") && host.hasSuffix("]") && host.contains(":")
        if isIPv6 { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, isIPv6 ? host.allSatisfy(isIPv6Character) : host.allSatisfy(isHostCharacter) else {
            refuse("\(quoted(text)) has no possible host", remedy)
            return nil
        }
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit), let port = UInt16(digits) else {
            refuse("\(quoted(text)) has no possible port", "use a port from 0 (any free one) to 65535")
            return nil
        }
        return ListenAddress(host: host, port: port)
    }

    /// The base of an API, without a trailing slash: `https`, or `http` on this machine alone.
    func webAddress() -> String? {
        guard let text = text() else { return nil }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty, ["http", "https"].contains(scheme)
        else {
            // The text is not shown, for the part that cannot be read may hold a password.
            refuse("it is not a web address", "write it as https://api.example.com")
            return nil
        }
        guard parts.user == nil, parts.password == nil else {
            refuse("it has a user or password in it", "write the address alone; secrets have their own keys")
            return nil
        }
        guard parts.query == nil, parts.fragment == nil else {
            refuse("it has a query or fragment", "write the address alone, up to ? or #")
            return nil
        }
        guard scheme == "https" || isLoopback(host) else {
            refuse(
                "\(quoted(text)) would send secrets in clear",
                "use https; http is for localhost, 127.0.0.0/8 and [::1] only")
            return nil
        }
        var trimmed = text[...]
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        return String(trimmed)
    }
}

private func isLoopback(_ host: String) -> Bool {
    let name = host.lowercased()
    if name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]" || name == "::1" { return true }
    let octets = name.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127"
        && octets.allSatisfy { $0.allSatisfy(\.isASCIIDigit) && UInt8($0) != nil }
}

private func isHostCharacter(_ character: Character) -> Bool {
    character.isASCIILetter || character.isASCIIDigit || "-.".contains(character)
}

private func isIPv6Character(_ character: Character) -> Bool {
    character.isHexDigit && character.isASCII || ":.%".contains(character)
}
