import JSONRows
import Transport
import UsageDomain

/// `client_jobs`: every request of one OAuth client, in whichever organizations it is used.
struct ClientJob: Question {
    enum Grouping: String {
        case organization = "OrganizationId"
        case templateURI = "TemplateUri"
        case httpMethod = "HttpMethod"
        case platform = "Platform"
    }

    let query: Query

    init(_ window: Window) {
        query = Query(window)
    }

    var family: QueryFamily { .jobs }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        let grouping: [Grouping] = [.organization, .templateURI, .httpMethod, .platform]
        return try .submitting(
            QueryBody.daily(window, by: grouping), to: endpoints.url(Self.path(of: window.clientID)))
    }

    func resultsPath(_ execution: String) -> String {
        "\(Self.path(of: window.clientID))/\(execution)"
    }

    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        try row.checkClient(JobColumn.clientId, is: window.clientID)
        return UsageRow(
            identity: RowIdentity(
                day: try row.day(JobColumn.date, in: window.days),
                clientID: window.clientID,
                callingOrganizationID: try row.text(JobColumn.organizationId),
                templateURI: try row.text(JobColumn.templateUri),
                httpMethod: try row.text(JobColumn.httpMethod, limit: JSONRow.methodLimit),
                platform: try row.text(JobColumn.platform, limit: JSONRow.methodLimit)
            ),
            clientName: try row.text(JobColumn.clientName, limit: JSONRow.nameLimit),
            counts: try row.counts(JobColumn.self)
        )
    }

    /// Of the jobs about an OAuth client.
    static func path(of clientID: String) -> String {
        "/api/v2/usage/client/\(clientID.percentEncoded)/aggregates/query/jobs"
    }
}
