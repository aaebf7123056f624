import JSONRows

/// The keys of `ApiUsageRow` (contract, section 1.2), which all the older endpoints answer with.
enum UsageColumn: Int, RowColumn {
    case date, clientId, clientName, organizationId, userId, templateUri, httpMethod
    case status200, status300, status400, status429, status500, requests

    var path: String {
        "\(self)"
    }

    /// What `ApiUsageQueryResult` holds.
    static let schema = JSONRowsSchema(
        rowsKey: "results",
        columns: allCases.map { $0.rawValue < status200.rawValue ? .string($0.path) : .integer($0.path) },
        documentFields: ["queryStatus", "cursors.before", "cursors.after"]
    )
}
