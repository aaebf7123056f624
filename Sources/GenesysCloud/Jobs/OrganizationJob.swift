import JSONRows
import Transport
import UsageDomain

/// `organization_jobs`: every request of the organization's OAuth clients, also of those that are not billed.
///
/// A job covers at most 90 days (contract, section 1.1); a window is never longer than a month.
struct OrganizationJob: Question {
    /// Spelled otherwise than in the older family.
    enum Grouping: String {
        case oauthClient = "OauthClientId"
        case templateURI = "TemplateUri"
        case httpMethod = "HttpMethod"
        case platform = "Platform"
        case user = "UserId"
    }

    static let path = "/api/v2/usage/aggregates/query/jobs"

    let query: Query
    let byUser: Bool

    init(_ window: Window, byUser: Bool) {
        query = Query(window)
        self.byUser = byUser
    }

    var family: QueryFamily { .jobs }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [Grouping] = [.oauthClient, .templateURI, .httpMethod, .platform] + (byUser ? [.user] : [])
        return try .submitting(QueryBody.daily(window, by: grouping), to: endpoints.url(Self.path))
    }

    func resultsPath(_ execution: String) -> String {
        "\(Self.path)/\(execution)"
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        let userID = try row.text(JobColumn.userId)
        return UsageRow(
            identity: RowIdentity(
                day: try row.day(JobColumn.date, in: window.days),
                clientID: try row.text(JobColumn.clientId),
                userID: byUser ? userID : "",
                templateURI: try row.text(JobColumn.templateUri),
                httpMethod: try row.text(JobColumn.httpMethod, limit: JSONRow.methodLimit),
                platform: try row.text(JobColumn.platform, limit: JSONRow.methodLimit)
            ),
            clientName: try row.text(JobColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(JobColumn.self)
        )
    }
}
