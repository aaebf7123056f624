import JSONRows
import Transport

/// What takes the rows of an answer while it arrives.
protocol RowConsumer: AnyObject {
    /// Forgets the rows taken so far.
    func restart() throws
    func take(_ row: borrowing JSONRow) throws
}

/// Reads one answer to a question after results.
struct AnswerReader<Consumer: RowConsumer>: BodyReader {
    private var scanner = JSONRowsScanner(schema: UsageColumn.schema)
    private let consumer: Consumer

    init(_ consumer: Consumer) throws {
        self.consumer = consumer
        try consumer.restart()
    }

    mutating func read(_ bytes: RawSpan) throws {
        let consumer = consumer
        try scanner.feed(bytes) { try consumer.take($0) }
    }

    mutating func finish() throws -> JSONRowsSummary {
        try scanner.finish()
    }
}
