import JSONRows
import Transport
import UsageDomain

/// `organization_query`: what all OAuth clients of the organization did, as it is billed.
struct OrganizationQuery: Question {
    enum Grouping: String {
        case oauthClient = "OAuthClientId"
        case templateURI = "TemplateUri"
        case httpMethod = "HttpMethod"
        case user = "UserId"
    }

    let query: Query
    let byUser: Bool

    init(_ window: Window, byUser: Bool) {
        query = Query(window)
        self.byUser = byUser
    }

    var family: QueryFamily { .older }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [Grouping] = [.oauthClient, .templateURI, .httpMethod] + (byUser ? [.user] : [])
        return try .submitting(QueryBody.daily(window, by: grouping), to: endpoints.url("/api/v2/usage/query"))
    }

    func resultsPath(_ execution: String) -> String {
        "/api/v2/usage/query/\(execution)/results"
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        // Filled or not, the organization was not asked for, and neither was the user unless grouped by.
        _ = try row.text(UsageColumn.organizationId)
        let userID = try row.text(UsageColumn.userId)
        return UsageRow(
            identity: RowIdentity(
                day: try row.day(UsageColumn.date, in: window.days),
                clientID: try row.text(UsageColumn.clientId),
                userID: byUser ? userID : "",
                templateURI: try row.text(UsageColumn.templateUri),
                httpMethod: try row.text(UsageColumn.httpMethod, limit: JSONRow.methodLimit)
            ),
            clientName: try row.text(UsageColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(UsageColumn.self)
        )
    }
}
