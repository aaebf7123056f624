import FoundationEssentials

/// What a dataset must hold, for programs that are not written in Swift: `GET /simulator/truth`.
///
/// Parameters of the query text are
/// - `dataset`: `organization_query`, `client_query`, `client_summary`, `simplesearch`, `organization_jobs` or `client_jobs`;
/// - `client`: the OAuth client's id, for those of one client;
/// - `from`, `through`: the days, both included; or `days`, for a summary up to the newest day;
/// - `by`: a dimension to group by, which may be repeated: `oauthClient`, `oauthClientName`, `organization`, `user`,
///   `templateURI`, `httpMethod`, `platform`; without it the dataset's finest grouping but for users;
/// - `granularity`: `Day`, `Week`, `Month`, or `none`; without it by day.
///
/// Rows come as a JSON array; what was not grouped by is `""`, and `date` is missing without a granularity. Platforms are in the
/// world's own spelling.
struct Truth {
    private let rows: [World.Row]

    init?(_ request: IncomingRequest, _ simulator: Simulator) {
        let script = simulator.script
        let newest = simulator.newestPublishedDay
        guard let dataset = request.parameter("dataset").flatMap(Dataset.init),
            var question = Truth.question(request, dataset, newest: newest, script)
        else { return nil }
        question.weekStart = script.weekStart
        question.days = question.days.flatMap { days in
            days.lowerBound <= newest ? days.lowerBound...min(days.upperBound, newest) : nil
        }
        let hidesIDs = dataset == .simplesearch && script.searchClientIDs == .empty
        rows = simulator.world.rows(answering: question).map { row in
            var row = row
            if hidesIDs { row.clientID = "" }
            return row
        }
    }

    /// The rows as a JSON array.
    var json: [UInt8] {
        JSONText.encode(rows.map(Entry.init))
    }

    private static func question(
        _ request: IncomingRequest,
        _ dataset: Dataset,
        newest: World.Day,
        _ script: Script
    ) -> World.Question? {
        let client = request.parameter("client")
        guard dataset.isOfClients == (client != nil) else { return nil }
        if dataset == .client_summary, let client {
            guard let days = Int(request.parameter("days") ?? "7"), days > 0 else { return nil }
            return .summary(of: client, days: days, through: newest, shape: script.summaryRows)
        }
        guard let first = request.parameter("from").flatMap({ World.Day($0) }),
            let last = request.parameter("through").flatMap({ World.Day($0) }), first <= last
        else { return nil }
        var question = World.Question(
            of: client.map { .oauthClient(id: $0) } ?? .organization,
            dataset.isOfJobs ? .newer : .older,
            on: first...last,
            by: []
        )
        let dimensions = request.parameters("by")
        question.dimensions =
            dimensions.isEmpty ? question.dimensionsOfFacts : Set(dimensions.compactMap(World.Dimension.init))
        if let text = request.parameter("granularity") {
            question.granularity = World.Granularity(rawValue: text)
        }
        return question
    }

    private enum Dataset: String {
        case organization_query, client_query, client_summary, simplesearch, organization_jobs, client_jobs

        var isOfClients: Bool { [.client_query, .client_summary, .client_jobs].contains(self) }
        var isOfJobs: Bool { [.organization_jobs, .client_jobs].contains(self) }
    }

    private struct Entry: Encodable {
        let date: String?
        let organizationId, clientId, clientName, userId, templateUri, httpMethod, platform: String
        let requests, status200, status300, status400, status429, status500: Int64

        init(_ row: World.Row) {
            date = row.day?.description
            organizationId = row.organizationID
            clientId = row.clientID
            clientName = row.clientName
            userId = row.userID
            templateUri = row.templateURI
            httpMethod = row.httpMethod
            platform = row.platform
            requests = row.requests
            status200 = row.counts.status200
            status300 = row.counts.status300
            status400 = row.counts.status400
            status429 = row.counts.status429
            status500 = row.counts.status500
        }
    }
}
