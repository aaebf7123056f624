import JSONRows
import Transport
import UsageDomain

/// One query as its endpoint wants it put, and as the endpoint words its answer.
///
/// Each conforming type is one kind of question, told in one file: where it is submitted and in which words, where its
/// answer is, and what a row of that says. Everything that all have in common is `QueryExecution`'s.
protocol Question<Row>: Sendable {
    associatedtype Row

    /// As what it is written down, so that a later process finds its execution.
    var query: Query { get }
    /// What its answer looks like around the rows.
    var family: QueryFamily { get }
    /// The request that begins an execution.
    func submission(at endpoints: Endpoints) throws -> HTTPRequest
    /// The path of the answer of an execution, whose id comes ready to be put into a path.
    func resultsPath(_ execution: String) -> String
    /// - Throws: `RowProblem` for a row that breaks a rule.
    func decode(_ row: borrowing JSONRow) throws -> Row
}

extension Question {
    var window: Window { query.window }
}
