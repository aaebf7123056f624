import UsageDomain

/// One of the analyst's first questions.
struct Question {
    let title: String
    /// Columns of the answer, each cast to text.
    let columns: [String]
    let sql: String

    static func all(restated day: Day) -> [Question] {
        ofUsage + ofFailures + ofClients + ofProof(restated: day) + ofOtherCounts
    }
}
