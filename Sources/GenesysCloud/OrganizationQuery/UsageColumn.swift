import JSONRows

/// The keys of `ApiUsageRow` (contract, section 1.2), by their place in the schema.
enum UsageColumn: Int, CaseIterable {
    case date, clientId, clientName, organizationId, userId, templateUri, httpMethod
    case status200, status300, status400, status429, status500, requests

    var key: String {
        "\(self)"
    }

    /// Whether it is a counter.
    var isCount: Bool {
        rawValue >= UsageColumn.status200.rawValue
    }

    /// What `ApiUsageQueryResult` holds.
    static let schema = JSONRowsSchema(
        rowsKey: "results",
        columns: allCases.map { $0.isCount ? .integer($0.key) : .string($0.key) },
        documentFields: ["queryStatus", "cursors.before", "cursors.after"]
    )
}
