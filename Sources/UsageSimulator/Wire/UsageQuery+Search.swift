/// The body of `POST /api/v2/usage/simplesearch`.
extension UsageQuery {
    /// Reads the body.
    ///
    /// - Throws: ``APIError`` with status 400; also for what the other queries have and a search has not: granularity,
    ///   groupBy, and `Requests` among the metrics.
    init(search json: [UInt8], script: Script) throws(APIError) {
        let body: SearchBody = try UsageQuery.body(json)
        if let granularity = body.granularity {
            throw .invalidValue(granularity, type: "Granularity", allowed: [])
        }
        if let grouping = body.groupBy {
            throw .invalidValue(grouping.joined(separator: ", "), type: "GroupBy", allowed: [])
        }
        let days = try UsageQuery.days(body.interval, script)
        let selected: [Column] = try UsageQuery.values(body.metrics, "Metric", script)
        let columns = selected.isEmpty ? Column.allCases : selected
        let dimensions = columns.compactMap(\.dimension)
        question = World.Question(
            on: days,
            by: Set(dimensions),
            granularity: columns.contains(.date) ? .day : nil
        )
        let methods: [SearchMethod] = try UsageQuery.values(body.httpMethods, "HttpMethod", script)
        question.filter.httpMethods = methods.map(\.rawValue)
        question.filter.oauthClientNames = body.oauthClientNames ?? []
        question.filter.templateURIs = body.templateUris ?? []
        let counters = columns.compactMap(\.metric)
        metrics = Set(counters.isEmpty ? Column.allCases.compactMap(\.metric) : counters)
        if script.searchRequests == .filled {
            metrics.insert(.requests)
        }
    }

    private struct SearchBody: Decodable {
        let interval: String
        let granularity: String?
        let groupBy: [String]?
        let metrics: [String]?
        let oauthClientNames: [String]?
        let httpMethods: [String]?
        let templateUris: [String]?
    }

    /// What a search calls metrics; half of them are no counters.
    private enum Column: String, CaseIterable {
        case date = "Date"
        case clientName = "ClientName"
        case httpMethod = "HttpMethod"
        case templateURI = "TemplateUri"
        case status200 = "Status200"
        case status300 = "Status300"
        case status400 = "Status400"
        case status500 = "Status500"
        case status429 = "Status429"

        var metric: Metric? { Metric(rawValue: rawValue) }

        var dimension: World.Dimension? {
            switch self {
            // Two clients that share a name have two rows, though the answer does not tell them apart.
            case .clientName: .oauthClient
            case .httpMethod: .httpMethod
            case .templateURI: .templateURI
            default: nil
            }
        }
    }

    private enum SearchMethod: String, CaseIterable {
        case GET, POST, DELETE, PATCH, PUT, HEAD, CONNECT, OPTIONS, TRACE
    }
}
