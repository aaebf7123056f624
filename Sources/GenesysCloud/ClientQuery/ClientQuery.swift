import JSONRows
import Transport
import UsageDomain

/// `client_query`: what one OAuth client did, in whichever organizations it is used.
struct ClientQuery: Question {
    /// There is no `UserId` here (contract, section 1.1).
    enum Grouping: String {
        case organization = "OrganizationId"
        case templateURI = "TemplateUri"
        case httpMethod = "HttpMethod"
    }

    let query: Query

    init(_ window: Window) {
        query = Query(window)
    }

    var family: QueryFamily { .older }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [Grouping] = [.organization, .templateURI, .httpMethod]
        let path = Self.path(of: window.clientID) + "/query"
        return try .submitting(QueryBody.daily(window, by: grouping), to: endpoints.url(path))
    }

    func resultsPath(_ execution: String) -> String {
        Self.resultsPath(execution, of: window.clientID)
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        try row.checkClient(UsageColumn.clientId, is: window.clientID)
        _ = try row.text(UsageColumn.userId)
        return UsageRow(
            identity: RowIdentity(
                day: try row.day(UsageColumn.date, in: window.days),
                clientID: window.clientID,
                callingOrganizationID: try row.text(UsageColumn.organizationId),
                templateURI: try row.text(UsageColumn.templateUri),
                httpMethod: try row.text(UsageColumn.httpMethod, limit: JSONRow.methodLimit)
            ),
            clientName: try row.text(UsageColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(UsageColumn.self)
        )
    }

    /// Of an OAuth client's usage.
    static func path(of clientID: String) -> String {
        "/api/v2/oauth/clients/\(clientID.percentEncoded)/usage"
    }

    /// Of the answers of client queries and client summaries alike.
    static func resultsPath(_ execution: String, of clientID: String) -> String {
        path(of: clientID) + "/query/results/\(execution)"
    }
}

extension JSONRow {
    /// Refuses a row that names another OAuth client than the one asked about. Ids are GUIDs, so their case does not
    /// matter; none at all is how a client is spelled that was not grouped by.
    ///
    /// - Throws: `RowProblem`.
    func checkClient(_ column: some RowColumn, is clientID: String) throws {
        let stated = try text(column)
        guard stated.isEmpty || stated.lowercased() == clientID.lowercased() else {
            throw problem(column, "names another OAuth client than the one asked about")
        }
    }
}
