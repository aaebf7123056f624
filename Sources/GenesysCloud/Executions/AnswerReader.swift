import JSONRows
import Transport

/// Reads one page of the answer to a question.
struct AnswerReader<Asked: Question, Rows: AnswerRows>: BodyReader where Asked.Row == Rows.Row {
    private var scanner: JSONRowsScanner
    private let question: Asked
    private let rows: Rows

    init(_ question: Asked, into rows: Rows) throws {
        self.question = question
        self.rows = rows
        scanner = JSONRowsScanner(schema: question.family.schema)
        try rows.restartPage()
    }

    mutating func read(_ bytes: RawSpan) throws {
        let question = question
        let rows = rows
        try scanner.feed(bytes) { try rows.append(question.decode($0)) }
    }

    mutating func finish() throws -> JSONRowsSummary {
        try scanner.finish()
    }
}
