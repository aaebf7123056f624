/// One statement of a file, and where it stands there.
struct SQLStatement: Sendable, Hashable {
    /// Without the semicolon, and without comments in front.
    let text: String
    /// Where its first character stands, counted in Unicode scalars from 0, as the server counts.
    let offset: Int

    /// The first words in upper case, comments between them left out; enough to know what kind of statement it is.
    let words: [String]

    /// Statements that would end the transaction that holds the file and its ledger row.
    var controlsTransaction: Bool {
        ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"].contains(
            words.first)
            && !(words.first == "PREPARE" && words.dropFirst().first != "TRANSACTION")
    }

    /// Whether it may run again after a crash in its middle: making and dropping must say what to do when it was done.
    var isIdempotent: Bool {
        switch words.first {
        case "CREATE", "DROP": contains("IF NOT EXISTS") || contains("IF EXISTS") || contains("OR REPLACE")
        default: true
        }
    }

    /// The index, and the table's schema if given, that `CREATE INDEX CONCURRENTLY` makes.
    var concurrentIndex: (schema: String?, name: String)? {
        let pattern =
            /(?i)CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_][a-z0-9_$]*)\s+ON\s+(?:ONLY\s+)?(?:([a-z_][a-z0-9_$]*)\s*\.)?/
        guard let match = text.prefixMatch(of: pattern) else { return nil }
        return (match.2.map { $0.lowercased() }, match.1.lowercased())
    }

    private func contains(_ phrase: String) -> Bool {
        words.joined(separator: " ").contains(phrase)
    }
}

/// A place in a file, counted from 1 as editors do.
package struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    /// The place behind `offset` Unicode scalars of the text.
    init(offset: Int, in text: String) {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars.prefix(offset) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    package var description: String { "\(line):\(column)" }
}
