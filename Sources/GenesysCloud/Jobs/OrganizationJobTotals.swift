import JSONRows
import Transport
import UsageDomain

/// The organization's job without days: one row an OAuth client.
struct OrganizationJobTotals: Question {
    let query: Query

    init(_ window: Window) {
        query = Query(window, part: Query.totals)
    }

    var family: QueryFamily { .jobs }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [OrganizationJob.Grouping] = [.oauthClient]
        return try .submitting(QueryBody.total(window, by: grouping), to: endpoints.url(OrganizationJob.path))
    }

    func resultsPath(_ execution: String) -> String {
        "\(OrganizationJob.path)/\(execution)"
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        UsageRow(
            identity: RowIdentity(day: window.firstDay, clientID: try row.text(JobColumn.clientId)),
            clientName: try row.text(JobColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(JobColumn.self)
        )
    }
}
