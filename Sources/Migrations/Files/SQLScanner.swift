/// Splits a file into statements as `psql` does: semicolons inside quotes, dollar quotes, comments, parentheses and
/// `BEGIN ATOMIC` bodies end nothing. It assumes `standard_conforming_strings`, the default since PostgreSQL 9.1.
struct SQLScanner {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var statements: [SQLStatement] = []

    // Of the statement being read:
    private var start: Int?
    private var words: [String] = []
    private var lastWord = ""
    private var parentheses = 0
    private var atomicBlocks = 0

    /// How many words of a statement are kept; the longest phrase that is looked for stands within them.
    private static let keptWords = 12

    static func statements(of text: String) -> [SQLStatement] {
        var scanner = SQLScanner(scalars: Array(text.unicodeScalars))
        scanner.scan()
        return scanner.statements
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private mutating func scan() {
        while let scalar = peek() {
            switch scalar {
            case _ where scalar.properties.isWhitespace:
                index += 1
            case "-" where peek(1) == "-":
                skip { $0 != "\n" }
            case "/" where peek(1) == "*":
                skipBlockComment()
            case ";" where parentheses == 0 && atomicBlocks == 0:
                endStatement()
                index += 1
            default:
                start = start ?? index
                skipToken(scalar)
            }
        }
        endStatement()
    }

    private mutating func skipToken(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "'":
            skipQuoted(by: "'", backslashEscapes: false)
        case "e" where peek(1) == "'", "E" where peek(1) == "'":
            index += 1
            skipQuoted(by: "'", backslashEscapes: true)
        case "\"":
            skipQuoted(by: "\"", backslashEscapes: false)
        case "$":
            skipDollarQuoted()
        case "(":
            parentheses += 1
            index += 1
        case ")":
            parentheses = max(0, parentheses - 1)
            index += 1
        case _ where Self.isWordStart(scalar):
            takeWord()
        case _ where ("0"..."9").contains(scalar):
            skip { Self.isWordPart($0) }
        default:
            index += 1
        }
    }

    private mutating func takeWord() {
        let first = index
        skip { Self.isWordPart($0) }
        let word = string(first..<index).uppercased()
        switch word {
        case "ATOMIC" where lastWord == "BEGIN": atomicBlocks += 1
        case "CASE" where atomicBlocks > 0: atomicBlocks += 1
        case "END" where atomicBlocks > 0: atomicBlocks -= 1
        default: break
        }
        lastWord = word
        if words.count < Self.keptWords {
            words.append(word)
        }
    }

    private mutating func endStatement() {
        if let start {
            var end = index
            while end > start, scalars[end - 1].properties.isWhitespace { end -= 1 }
            statements.append(SQLStatement(text: string(start..<end), offset: start, words: words))
        }
        start = nil
        words = []
        lastWord = ""
        parentheses = 0
        atomicBlocks = 0
    }

    private mutating func skipQuoted(by quote: Unicode.Scalar, backslashEscapes: Bool) {
        index += 1
        while let scalar = peek() {
            index += 1
            if scalar == "\\", backslashEscapes {
                index += 1
            } else if scalar == quote {
                guard peek() == quote else { return }
                index += 1
            }
        }
    }

    /// `$tag$ … $tag$`; a `$` that opens nothing, as in `$1`, is passed over.
    private mutating func skipDollarQuoted() {
        let first = index
        index += 1
        if let scalar = peek(), Self.isWordStart(scalar) {
            skip { Self.isWordPart($0) && $0 != "$" }
        }
        guard peek() == "$" else { return }
        index += 1
        let tag = scalars[first..<index]
        while index < scalars.count {
            if scalars[index] == "$", scalars[index...].starts(with: tag) {
                index += tag.count
                return
            }
            index += 1
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if peek() == "/", peek(1) == "*" {
                depth += 1
                index += 2
            } else if peek() == "*", peek(1) == "/" {
                depth -= 1
                index += 2
            } else {
                index += 1
            }
        } while depth > 0 && index < scalars.count
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while let scalar = peek(), condition(scalar) { index += 1 }
    }

    private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private static func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.value >= 0x80 || scalar.properties.isAlphabetic
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        isWordStart(scalar) || scalar == "$" || ("0"..."9").contains(scalar)
    }
}
