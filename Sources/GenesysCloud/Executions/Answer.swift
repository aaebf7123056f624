import JSONRows
import UsageDomain

/// What a whole answer was read from and what it showed beside its rows.
struct Answer {
    let submission: SubmissionID
    private(set) var pages = 0
    private(set) var rows = 0
    private(set) var bytes = 0
    /// Keys that the contract does not know, by their path from the top of the answer, with how often each was seen.
    private(set) var unknownFields: [String: Int] = [:]
    /// The cursor that an answer names although its query has no pages.
    private(set) var strayCursor: String?
    /// Whether a page without any row follows others and ends the answer.
    private(set) var endsEmpty = false

    init(submission: SubmissionID) {
        self.submission = submission
    }

    /// Adds a page.
    mutating func add(_ page: JSONRowsSummary, rowsKey: String) {
        pages += 1
        rows += page.rowCount
        bytes += page.byteCount
        for (key, count) in page.unknownDocumentKeys.occurrences { note(key, count) }
        for (key, count) in page.unknownRowKeys.occurrences { note("\(rowsKey).\(key)", count) }
        let unnamed = page.unknownDocumentKeys.unnamed + page.unknownRowKeys.unnamed
        if unnamed > 0 { note(Self.unnamed, unnamed) }
        endsEmpty = pages > 1 && page.rowCount == 0
        strayCursor = page.string("cursors.after").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Takes note of a status that the contract does not know.
    mutating func note(unknownStatus status: String) {
        note("status \"\(status)\"", 1)
    }

    private static let unnamed = "…"
    /// More unknown names than one page can have remembered.
    private static let namesLimit = 256

    private mutating func note(_ name: String, _ count: Int) {
        let isRemembered = unknownFields[name] != nil || unknownFields.count < Self.namesLimit
        unknownFields[isRemembered ? name : Self.unnamed, default: 0] += count
    }
}
