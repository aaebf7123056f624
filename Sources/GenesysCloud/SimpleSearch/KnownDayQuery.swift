import JSONRows
import Transport
import UsageDomain

/// The organization query of a day that is searched, written down as a part of the search: an execution of the
/// dataset `organization_query` itself is not this one's to read or to end.
struct KnownDayQuery: Question {
    let query: Query
    private let organizationQuery: OrganizationQuery

    init(_ window: Window) {
        query = Query(window, part: "organization_query")
        organizationQuery = OrganizationQuery(window, byUser: false)
    }

    var family: QueryFamily { organizationQuery.family }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        try organizationQuery.submission(at: endpoints)
    }

    func resultsPath(_ execution: String) -> String {
        organizationQuery.resultsPath(execution)
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        try organizationQuery.decode(row)
    }
}

/// Counts the rows of the answer while they arrive, up to a number beyond which no day can be searched.
final class KnownDayRows: AnswerRows {
    private(set) var day = KnownDay()
    private let mostRows: Int
    private let mostTextBytes: Int

    /// - Parameters:
    ///   - mostRows: rows of a day that is worth knowing; by default a hundred searches' worth.
    ///   - mostTextBytes: bytes of its distinct texts; by default 64 MiB.
    init(mostRows: Int = 2_000_000, mostTextBytes: Int = 64 << 20) {
        self.mostRows = mostRows
        self.mostTextBytes = mostTextBytes
    }

    func restart() {
        day = KnownDay()
    }

    func restartPage() {
        // The answer is one page.
        restart()
    }

    /// - Throws: `AnswerProblem` when there are more rows, or longer texts, than memory is kept for.
    func append(_ row: UsageRow) throws {
        day.add(row)
        guard day.cells.count <= mostRows, day.textBytes <= mostTextBytes else {
            throw AnswerProblem(
                text: "the day has more than \(mostRows) rows or \(mostTextBytes) bytes of distinct texts")
        }
    }

    func endPage(next: String?) -> String? {
        nil
    }
}
