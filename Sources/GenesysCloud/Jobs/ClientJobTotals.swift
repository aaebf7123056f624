import JSONRows
import Transport
import UsageDomain

/// The client's job without days: one row a calling organization.
struct ClientJobTotals: Question {
    let query: Query

    init(_ window: Window) {
        query = Query(window, part: Query.totals)
    }

    var family: QueryFamily { .jobs }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [ClientJob.Grouping] = [.organization]
        return try .submitting(
            QueryBody.total(window, by: grouping), to: endpoints.url(ClientJob.path(of: window.clientID)))
    }

    func resultsPath(_ execution: String) -> String {
        "\(ClientJob.path(of: window.clientID))/\(execution)"
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        try row.checkClient(JobColumn.clientId, is: window.clientID)
        return UsageRow(
            identity: RowIdentity(
                day: window.firstDay,
                clientID: window.clientID,
                callingOrganizationID: try row.text(JobColumn.organizationId)
            ),
            clientName: try row.text(JobColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(JobColumn.self)
        )
    }
}
