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
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") { try Self.checkURI(options) }
    }

    /// An unescaped character in a URI's password makes libpq take the rest of the password for something else, which
    /// its errors then quote: `user:p@ss@host` has the host `ss@host`, and `user:pass/db` the port `pass`.
    private static func checkURI(_ options: [String: String]) throws {
        guard ["host", "port", "dbname"].allSatisfy({ options[$0]?.contains("@") != true }) else {
            throw PostgresError.invalidConninfo(
                "its host, port or database has an \"@\"; write special characters of user and password as %40 and so on"
            )
        }
        guard options["port"]?.allSatisfy({ $0.isNumber || $0 == "," }) != false else {
            throw PostgresError.invalidConninfo("its port is not a number")
        }
    }

    /// What to hand to `PQconnectStartParams`, with our defaults before the text and what we insist on after it.
    func parameters(applicationName: String) -> [(keyword: String, value: String)] {
        [
            // Over a dead link, what waits without a deadline (PQcancel) ends after about 11 seconds. There is no
            // tcp_user_timeout, for it would also end a COPY whose server waits for a lock and does not read.
            ("keepalives_idle", "5"), ("keepalives_interval", "3"), ("keepalives_count", "2"),
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
            throw PostgresError.invalidConninfo(
                withoutQuotations(message.map { String(cString: $0) } ?? "out of memory"))
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
