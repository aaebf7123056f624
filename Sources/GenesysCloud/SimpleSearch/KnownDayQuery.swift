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

/// Counts the rows of the answer while they arrive.
final class KnownDayRows: AnswerRows {
    private(set) var day = KnownDay()

    func restart() {
        day = KnownDay()
    }

    func restartPage() {
        // The answer is one page.
        restart()
    }

    func append(_ row: UsageRow) {
        day.add(row)
    }

    func endPage(next: String?) -> String? {
        nil
    }
}
