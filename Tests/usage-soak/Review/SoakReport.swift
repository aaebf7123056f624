import FoundationEssentials
import Operations

/// What happened in a soak, and what is wrong.
struct SoakReport: Sendable, CustomStringConvertible {
    /// What happened, and how often.
    let happenings: [(String, Int)]
    let comparison: [ComparisonResult]
    let ledger: LedgerReview.Result
    let journal: JournalReview.Result
    let rollups: RollupReview.Result
    /// What the daemon should not have done as a process.
    let misconduct: [String]

    /// 0 missing, 0 duplicate, 0 stale rows, nothing submitted needlessly, no 429 of its own doing.
    var isClean: Bool {
        comparison.allSatisfy(\.isClean) && ledger.isClean && journal.isClean && rollups.isClean && misconduct.isEmpty
    }

    var description: String {
        var events = TextTable(["WHAT HAPPENED", "TIMES"])
        for (name, count) in happenings { events.add([name, "\(count)"]) }
        var rows = TextTable(["DATASET", "ROWS", "MISSING", "DUPLICATE", "STALE", "NOT COVERED"])
        for result in comparison {
            rows.add(
                [result.dataset]
                    + [result.stored, result.missing, result.duplicate, result.stale, result.uncovered].map(String.init)
            )
        }
        let excuses = ledger.excused.sorted { $0.key < $1.key }.map { "\($1) \($0)" }.joined(separator: ", ")
        let wrong =
            comparison.flatMap { result in result.examples.map { "\(result.dataset): \($0)" } }
            + ledger.needless.prefix(5).map { "needless: \($0)" }
            + ledger.selfInflicted.prefix(5).map { "429 of its own doing at \($0)" } + misconduct
        return """

            \(events)

            \(rows)

            \(ledger.submissions) submissions of \(ledger.questions) questions: \(ledger.needless.count) needless, \
            excused: \(excuses.isEmpty ? "none" : excuses)
            \(ledger.selfInflicted.count) self-inflicted 429s; \(journal.entries) journal entries, \(journal.broken) broken; \
            \(rollups.lines) lines of sums, \(rollups.wrong) wrong
            """ + wrong.map { "\n\($0)" }.joined()
    }
}
