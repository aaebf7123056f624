/// What fetching one window's answer cost and showed, beside its rows.
package struct FetchReport: Sendable {
    /// The submission whose answer was read.
    package var submission: SubmissionID
    /// The other submissions that were needed for it: they end with `submission`, when the rows are stored.
    package var parts: [SubmissionID] = []
    /// Rows of the answer.
    package var rows: Int64
    /// HTTP requests sent, all attempts counted.
    package var requests: Int
    /// Field names that the contract does not know, with how often each was seen.
    package var unknownFields: [String: Int]
    /// Why the answer may not be whole although nothing in it is wrong; nil when there is no doubt.
    package var doubt: String?
    /// Names that several OAuth clients seem to share: rows that were equal but for their counters have been summed.
    package var sharedNames: Set<String> = []
    /// Whether the rows were compared with totals from another query, and agree with them.
    package var isProvenByTotals = false
    /// Whether the rows filled a page or more, so that one could be missing from between them and nothing would show it.
    package var mayLackPages = false

    package init(
        submission: SubmissionID,
        rows: Int64,
        requests: Int,
        unknownFields: [String: Int],
        doubt: String? = nil
    ) {
        self.submission = submission
        self.rows = rows
        self.requests = requests
        self.unknownFields = unknownFields
        self.doubt = doubt
    }
}
