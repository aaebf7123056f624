import JSONRows

/// The members of `OrganizationPublicApiUsage` and `ClientPublicApiUsage` (contract, section 1.2).
enum JobColumn: Int, RowColumn {
    case date, clientId, clientName, clientSelfUri, userId, userSelfUri
    case organizationId, templateUri, httpMethod, platform
    case status200, status300, status400, status429, status500, requests

    var path: String {
        switch self {
        case .clientId: "oauthClient.id"
        case .clientName: "oauthClient.name"
        case .clientSelfUri: "oauthClient.selfUri"
        case .userId: "user.id"
        case .userSelfUri: "user.selfUri"
        case .requests: "requestCount"
        default: "\(self)"
        }
    }

    /// What the results of a job hold. Links that are not read are named so that they do not count as unknown.
    static let schema = JSONRowsSchema(
        rowsKey: "entities",
        columns: allCases.map { $0.rawValue < status200.rawValue ? .string($0.path) : .integer($0.path) },
        documentFields: ["queryStatus", "nextUri", "name", "selfUri", "errorBody.code", "errorBody.message"]
    )
}

extension QueryFamily {
    /// The jobs of 2025 (contract, section 1.2).
    static let jobs = QueryFamily(
        executionKey: .id,
        schema: JobColumn.schema,
        statuses: [
            "Queued": .running, "Running": .running, "Succeeded": .complete, "Failed": .failed, "Cancelled": .failed,
        ],
        paging: .link,
        mayOmitRows: true
    )
}
