import Yams

/// Why a text is not YAML. The text itself is never quoted: a secret may stand in it.
struct SyntaxError: Error {
    let faults: [Fault]

    struct Fault {
        let position: Position
        let text: String
        var remedy = "correct the YAML syntax there"
    }

    init(faults: [Fault]) {
        self.faults = faults
    }

    init(_ error: YamlError, in text: String) {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            let tabs = lines.indices.filter { Self.isIndentedByTab(lines[$0]) }
            if tabs.contains(mark.line - 1) || Self.blames(tab: problem) && !tabs.isEmpty {
                faults = tabs.map { Fault(tabIn: lines[$0], line: $0 + 1) }
            } else {
                faults = [Fault(position: Position(mark), text: "it is not YAML: \(problem)")]
            }
        case .composer(let context, let problem, let mark, _):
            let whole = context == nil ? problem : "expected a single document, but found another"
            faults = [Fault(position: Position(mark), text: "it is not YAML: \(whole)")]
        case .duplicatedKeysInMapping(_, let context):
            faults = [Fault(position: Position(context.mark), text: "a key is given twice", remedy: "keep one of them")]
        case .reader(let problem, _, _, _):
            let position = Self.firstUnprintable(in: lines) ?? .start
            faults = [Fault(position: position, text: "it is not YAML: \(problem)", remedy: "remove the character")]
        default:
            faults = [Fault(position: .start, text: "it cannot be parsed as YAML")]
        }
    }
}

extension SyntaxError {
    private static func isIndentedByTab(_ line: Substring.UnicodeScalarView) -> Bool {
        line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }

    private static func blames(tab problem: String) -> Bool {
        problem.contains("tab") || problem.contains("cannot start any token")
    }

    /// The parser says only how far it had read, not where the character is.
    private static func firstUnprintable(in lines: [Substring.UnicodeScalarView]) -> Position? {
        for (number, line) in lines.enumerated() {
            let column = line.enumerated().first { _, scalar in
                let isBreakOrTab = scalar == "\t" || scalar == "\r" || scalar == "\u{85}"
                return scalar.properties.generalCategory == .control && !isBreakOrTab
                    || scalar.value == 0xFFFE || scalar.value == 0xFFFF
            }
            if let column { return Position(line: number + 1, column: column.offset + 1) }
        }
        return nil
    }
}

extension SyntaxError.Fault {
    fileprivate init(tabIn line: Substring.UnicodeScalarView, line number: Int) {
        let column = line.prefix { $0 != "\t" }.count + 1
        self.init(
            position: Position(line: number, column: column), text: "the line is indented with a tab",
            remedy: "indent with spaces; YAML allows no tabs there")
    }
}

extension Position {
    fileprivate init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}
