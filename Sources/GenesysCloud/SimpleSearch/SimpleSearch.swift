import JSONRows
import Transport
import UsageDomain

/// `simplesearch`: one search of one day, or of a part of it. Its answer names OAuth clients instead of giving
/// their ids.
struct SimpleSearch: Question {
    let query: Query
    private let filter: SearchFilter

    /// - Parameters:
    ///   - window: of one day.
    ///   - filter: which part of the day.
    init(_ window: Window, _ filter: SearchFilter) {
        query = Query(window, part: filter.part)
        self.filter = filter
    }

    var family: QueryFamily { .search }

    func submission(at endpoints: Endpoints) throws -> HTTPRequest {
        try .submitting(SearchBody(window, filter), to: endpoints.url("/api/v2/usage/simplesearch"))
    }

    func resultsPath(_ execution: String) -> String {
        "/api/v2/usage/simplesearch/\(execution)/results"
    }

    /// A row without date is of the day asked for: no other was, and the contract calls every field optional.
    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        let isDated = !row.isAbsent(UsageColumn.date.rawValue)
        let clientID = try row.text(UsageColumn.clientId)
        // What identifies a row must be shorter than what only describes it.
        let limit = clientID.isEmpty ? JSONRow.identityLimit : JSONRow.nameLimit
        let clientName = try row.text(UsageColumn.clientName, limit: limit)
        let identity = RowIdentity(
            day: isDated ? try row.day(UsageColumn.date, in: window.days) : window.firstDay,
            clientID: clientID,
            statedClientName: clientID.isEmpty ? clientName : "",
            templateURI: try row.text(UsageColumn.templateUri),
            httpMethod: try row.text(UsageColumn.httpMethod, limit: JSONRow.methodLimit)
        )
        // Else the rows of two searches of one day could overlap, and would be counted twice.
        try require(identity.httpMethod, .httpMethod, row, .httpMethod)
        try require(clientName, .clientName, row, .clientName)
        try require(identity.templateURI, .templateURI, row, .templateUri)
        return UsageRow(identity: identity, clientName: clientName, counts: try row.counts(UsageColumn.self))
    }

    private func require(
        _ text: String,
        _ dimension: SearchFilter.Dimension,
        _ row: borrowing JSONRow,
        _ column: UsageColumn
    ) throws {
        guard filter.admits(text, dimension) else {
            throw row.problem(column, "was not searched for: \"\(text.quotable(limit: 60))\"")
        }
    }
}

/// Body of the search (contract, section 1.1, `ApiUsageSimpleSearch`). A filter that is absent includes everything.
private struct SearchBody: Encodable {
    let interval: String
    /// Columns, really. `Requests` is none of them.
    let metrics = [
        "Date", "ClientName", "HttpMethod", "TemplateUri", "Status200", "Status300", "Status400", "Status500",
        "Status429",
    ]
    let oauthClientNames: [String]?
    let httpMethods: [String]?
    let templateUris: [String]?

    init(_ window: Window, _ filter: SearchFilter) {
        interval = Interval(window).description
        oauthClientNames = filter[.clientName]?.sorted().map(\.text)
        httpMethods = filter[.httpMethod]?.sorted().map(\.text)
        templateUris = filter[.templateURI]?.sorted().map(\.text)
    }
}
