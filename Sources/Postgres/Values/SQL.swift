/// A statement with its values.
///
/// ```swift
/// let sql: SQL = "SELECT name FROM client WHERE id = \(id)"
/// ```
///
/// An interpolated value is bound: the text gets a placeholder, and the value travels beside it. Other pieces say
/// what they are: `\(identifier: name)` quotes a name, `\(unsafe: text)` pastes SQL, and `\(sql)` inserts another
/// statement with its values.
package struct SQL: Sendable {
    /// The text, with `$1`, `$2` … for the values.
    package let text: String
    let values: [any PostgresEncodable]
    private let pieces: [Piece]

    /// SQL without values, taken as it is.
    package init(unsafe text: String) { self.init(pieces: [.text(text)]) }

    private init(pieces: [Piece]) {
        var text = ""
        var values: [any PostgresEncodable] = []
        for piece in pieces {
            switch piece {
            case .text(let piece):
                text += piece
            case .value(let value):
                values.append(value)
                text += "$\(values.count)"
            }
        }
        self.text = text
        self.values = values
        self.pieces = pieces
    }

    fileprivate enum Piece {
        case text(String)
        case value(any PostgresEncodable)
    }
}

extension SQL: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) { self.init(unsafe: text) }

    package init(stringInterpolation interpolation: StringInterpolation) { self.init(pieces: interpolation.pieces) }

    /// Collects the pieces of an interpolated literal.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// Binds a value.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) { pieces.append(.value(value)) }

        /// Inserts another statement, renumbering its placeholders.
        package mutating func appendInterpolation(_ sql: SQL) { pieces += sql.pieces }

        /// Quotes one identifier; a qualified name takes two.
        package mutating func appendInterpolation(identifier: String) {
            let quoted = identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            pieces.append(.text("\"\(quoted)\""))
        }

        /// Pastes SQL.
        package mutating func appendInterpolation(unsafe text: String) { pieces.append(.text(text)) }
    }
}
