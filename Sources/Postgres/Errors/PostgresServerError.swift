/// An error as the server reported it (PostgreSQL manual, 55.8).
package struct PostgresServerError: Error, Sendable {
    /// `ERROR`, `FATAL` or `PANIC`, never translated.
    package var severity: String
    /// Five characters, as in appendix A of the manual.
    package var sqlState: String
    package var message: String
    package var detail: String?
    package var hint: String?
    package var constraint: String?
    /// Where in ``statement`` the error is, in characters from 1.
    package var position: Int?
    /// The call stack inside the server, or the line of a COPY.
    package var `where`: String?
    package var schema: String?
    package var table: String?
    package var column: String?
    /// The SQL text with its placeholders, never the bound values.
    package var statement: String

    init(_ result: PQResult, statement: String) {
        severity = result.errorField(.severity) ?? "ERROR"
        sqlState = result.errorField(.sqlState) ?? ""
        message = result.errorField(.message) ?? result.errorMessage
        detail = result.errorField(.detail)
        hint = result.errorField(.hint)
        constraint = result.errorField(.constraint)
        position = result.errorField(.position).flatMap { Int($0) }
        `where` = result.errorField(.where)
        schema = result.errorField(.schema)
        table = result.errorField(.table)
        column = result.errorField(.column)
        self.statement = statement
    }

    /// See ``PostgresError/isTransient``.
    package var isTransient: Bool { endsConnection || SQLState.isTransient(sqlState) }

    /// The server hangs up after it.
    package var endsConnection: Bool { severity == "FATAL" || severity == "PANIC" }
}

extension PostgresServerError: CustomStringConvertible {
    package var description: String {
        var text = "\(severity) \(sqlState): \(message)"
        // Of errors about data (classes 22 and 23) detail and context quote the data.
        if !sqlState.hasPrefix("22"), !sqlState.hasPrefix("23") {
            if let detail { text += "; \(detail)" }
            if let `where` { text += "; \(StatementExcerpt(`where`))" }
        }
        if let hint { text += "; hint: \(hint)" }
        if let position { text += "; at character \(position)" }
        return text + "; in: \(StatementExcerpt(statement))"
    }
}
