import JSONRows
import Transport
import UsageDomain

/// `client_summary`: what one OAuth client did in the last days, counted from the moment of asking.
///
/// It is submitted without a body, and read where client queries are. Whether its rows have days or organizations is
/// not known beforehand (contract, section 10), so they are taken as they come.
struct ClientSummaryQuery: Question {
    let query: Query
    /// How many days back.
    let days: Int

    init(_ window: Window, days: Int) {
        // Another number of days is another question.
        query = Query(window, part: "days=\(days)")
        self.days = days
    }

    var family: QueryFamily { .older }

    func submission(at endpoints: Endpoints) -> HTTPRequest {
        let path = ClientQuery.path(of: window.clientID) + "/summary?days=\(days)"
        return .get(endpoints.url(path), answerLimit: HTTPRequest.submissionAnswerLimit, repetition: .costly)
    }

    func resultsPath(_ execution: String) -> String {
        ClientQuery.resultsPath(execution, of: window.clientID)
    }

    func decode(_ row: borrowing JSONRow) throws -> ClientSummary.Row {
        try row.checkClient(UsageColumn.clientId, is: window.clientID)
        return ClientSummary.Row(
            day: try row.day(UsageColumn.date),
            callingOrganizationID: try row.text(UsageColumn.organizationId),
            userID: try row.text(UsageColumn.userId),
            templateURI: try row.text(UsageColumn.templateUri),
            httpMethod: try row.text(UsageColumn.httpMethod, limit: JSONRow.methodLimit),
            counts: try row.counts(UsageColumn.self)
        )
    }
}
