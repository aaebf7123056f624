import JSONRows
import Transport
import UsageDomain

/// The organization query without days: one row an OAuth client.
struct OrganizationTotals: Question {
    let query: Query

    init(_ window: Window) {
        query = Query(window, part: Query.totals)
    }

    var family: QueryFamily { .older }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [OrganizationQuery.Grouping] = [.oauthClient]
        return try .submitting(QueryBody.total(window, by: grouping), to: endpoints.url("/api/v2/usage/query"))
    }

    func resultsPath(_ execution: String) -> String {
        "/api/v2/usage/query/\(execution)/results"
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        UsageRow(
            identity: RowIdentity(day: window.firstDay, clientID: try row.text(UsageColumn.clientId)),
            clientName: try row.text(UsageColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(UsageColumn.self)
        )
    }
}
