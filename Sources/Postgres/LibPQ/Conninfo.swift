import CLibpq

/// A checked connection string or URI.
///
/// libpq's own complaints quote what they do not understand, and that may be the password. So the text is parsed
/// before it is used, and quotations are left out of what is said about it.
struct Conninfo {
    let text: String

    /// - Throws: ``PostgresError/invalidConninfo(_:)``.
    init(_ text: String) throws {
        guard !text.utf8.contains(0) else { throw PostgresError.invalidConninfo("it contains a NUL byte") }
        self.text = text
        let options = try Self.parse(text)
        // The URI "postgresql://user:p@ss@host/db" parses, with the host "ss@host", and errors name the host.
        let isURI = text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
        if isURI, ["host", "port", "dbname"].contains(where: { options[$0]?.contains("@") == true }) {
            throw PostgresError.invalidConninfo(
                "its host, port or database has an \"@\"; write special characters of user and password as %40 and so on")
        }
    }

    /// What to hand to `PQconnectStartParams`, with our defaults before the text and what we insist on after it.
    func parameters(applicationName: String) -> [(keyword: String, value: String)] {
        [
            // A dead link ends a wait without a deadline (PQcancel, TLS shutdown) after about 11 seconds.
            ("keepalives_idle", "5"), ("keepalives_interval", "3"), ("keepalives_count", "2"),
            ("tcp_user_timeout", "11000"),
            ("dbname", text),
            ("fallback_application_name", applicationName),
            ("client_encoding", "UTF8"),
        ]
    }

    private static func parse(_ text: String) throws -> [String: String] {
        // Text without "=" or a URI prefix is the name of a database, as PQconnectdbParams sees it.
        guard text.contains("=") || text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else {
            return ["dbname": text]
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            defer { PQfreemem(message) }
            throw PostgresError.invalidConninfo(withoutQuotations(message.map { String(cString: $0) } ?? "out of memory"))
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option = option.successor()
        }
        return found
    }

    /// Everything between the first and the last quotation mark becomes "…".
    private static func withoutQuotations(_ message: String) -> String {
        let message = message.trimmingTrailingWhitespace()
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
            return message
        }
        return message[...first] + "…" + message[last...]
    }
}
