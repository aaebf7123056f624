import JSONRows

/// What the answers of several endpoints have in common around their rows.
struct QueryFamily: Sendable {
    /// The key of an execution's id in the answer to a submission.
    enum ExecutionKey: String {
        case executionId, id
    }

    /// How an answer goes on that does not fit one page.
    enum Paging {
        /// It never does.
        case none
        /// Each page names the parameter `after` of the next one.
        case cursor
        /// Each page links to the next one.
        case link
    }

    /// Rows of a full page: the most that may be asked for (contract, section 1).
    static let pageSize = 1_000

    let executionKey: ExecutionKey
    let schema: JSONRowsSchema
    /// The words for each status; no others are known.
    let statuses: [String: ExecutionStatus]
    let paging: Paging
    /// Whether an answer may leave out the array of its rows when there are none.
    let mayOmitRows: Bool
}

extension QueryFamily {
    /// The queries of 2020 (contract, section 1.2, `ApiUsageQueryResult`).
    static let older = QueryFamily(
        executionKey: .executionId,
        schema: UsageColumn.schema,
        statuses: ["Running": .running, "Complete": .complete, "Failed": .failed],
        paging: .none,
        mayOmitRows: false
    )

    /// Simple searches, which are worded as the older queries are, in pages.
    static let search = QueryFamily(
        executionKey: .executionId,
        schema: UsageColumn.schema,
        statuses: older.statuses,
        paging: .cursor,
        mayOmitRows: false
    )

    /// What an answer says of its execution. Its HTTP status says nothing: 202 is "still running or failed".
    func status(_ summary: JSONRowsSummary) -> ExecutionStatus {
        guard let word = summary.string("queryStatus") else { return .missing }
        return statuses[word] ?? .unknown(word)
    }

    /// What leads to the next page; nil on the last one, or when there are no pages.
    func next(_ summary: JSONRowsSummary) -> String? {
        switch paging {
        case .none: nil
        case .cursor: summary.string("cursors.after")
        case .link: summary.string("nextUri")
        }
    }
}
