import JSONRows
import Transport
import UsageDomain

/// The client query without days: one row a calling organization.
struct ClientTotals: Question {
    let query: Query

    init(_ window: Window) {
        query = Query(window, part: Query.totals)
    }

    var family: QueryFamily { .older }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [ClientQuery.Grouping] = [.organization]
        let path = ClientQuery.path(of: window.clientID) + "/query"
        return try .submitting(QueryBody.total(window, by: grouping), to: endpoints.url(path))
    }

    func resultsPath(_ execution: String) -> String {
        ClientQuery.resultsPath(execution, of: window.clientID)
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        try row.checkClient(UsageColumn.clientId, is: window.clientID)
        return UsageRow(
            identity: RowIdentity(
                day: window.firstDay,
                clientID: window.clientID,
                callingOrganizationID: try row.text(UsageColumn.organizationId)
            ),
            clientName: try row.text(UsageColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(UsageColumn.self)
        )
    }
}
