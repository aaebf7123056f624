/// What takes the rows of an answer while it arrives, page by page. An answer without pages is one page.
protocol AnswerRows<Row>: AnyObject {
    associatedtype Row

    /// Forgets every row of the answer: it begins again with its first page.
    func restart() throws
    /// Forgets the rows since the last page that ended: that page begins, perhaps again.
    func restartPage() throws
    func append(_ row: Row) throws
    /// Ends a page that was read to its end.
    ///
    /// - Parameter next: what the page says leads to the next one.
    /// - Returns: what does lead to the next one; nil when the answer is whole.
    /// - Throws: `PageChainError` or `AnswerProblem` when the answer cannot be right.
    func endPage(next: String?) throws -> String?
}

/// What is wrong with an answer as a whole.
struct AnswerProblem: Error {
    let text: String
}
