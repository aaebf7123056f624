/// A statement as an error shows it: on one line, not too long, and not at all if it sets a password.
struct StatementExcerpt: CustomStringConvertible {
    let description: String

    init(_ statement: String) {
        let line = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if line.lowercased().contains("password") {
            description = "(a statement about a password)"
        } else {
            description = line.count > 300 ? line.prefix(300) + "…" : line
        }
    }
}
