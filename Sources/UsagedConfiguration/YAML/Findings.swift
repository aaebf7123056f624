/// Collects what is wrong while one file is being read; it never leaves that reading.
final class Findings {
    private let file: String
    private var problems: [Problem] = []

    init(file: String) {
        self.file = file
    }

    var isEmpty: Bool { problems.isEmpty }

    func add(at position: Position, key: String, fault: String, remedy: String) {
        problems.append(
            Problem(
                file: file, line: position.line, column: position.column, key: key, fault: fault, remedy: remedy))
    }

    /// By line and column; what was found at one place stays in the order of finding.
    var inFileOrder: [Problem] {
        problems.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
    }
}

/// A place in the file; both count from 1.
struct Position: Hashable {
    let line: Int
    let column: Int

    static let start = Position(line: 1, column: 1)
}
