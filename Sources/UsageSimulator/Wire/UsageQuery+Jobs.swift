/// The bodies of the two aggregates jobs.
extension UsageQuery {
    /// Reads the body of an organization's or a client's job.
    ///
    /// Without groupBy nothing is aggregated, so rows have every dimension and their day, whatever the granularity.
    ///
    /// - Parameters:
    ///   - json: `OrganizationPublicApiUsageQueryRequest` or `ClientPublicApiUsageQueryRequest`.
    ///   - subject: A client's job has groupings and filters of its own.
    ///   - world: For the platforms.
    ///   - today: Jobs reach back one year from here.
    ///   - script: The knobs.
    /// - Throws: ``APIError`` with status 400.
    init(
        job json: [UInt8],
        of subject: World.Question.Subject,
        world: World,
        today: World.Day,
        script: Script
    ) throws(APIError) {
        let body: JobBody = try UsageQuery.body(json)
        let isOfOrganization = subject == .organization
        let days = try UsageQuery.days(body.interval, script)
        let allowed = JobGrouping.allCases.filter { isOfOrganization ? $0 != .organization : $0.isOfClients }
        let grouping = try UsageQuery.values(body.groupBy, "GroupBy", among: allowed, script)
        let granularity = try body.granularity.map { (text) throws(APIError) -> World.Granularity in
            try UsageQuery.value(text, "Granularity", script)
        }
        question = World.Question(
            of: subject,
            .newer,
            on: days,
            by: Set((grouping.isEmpty ? allowed : grouping).map(\.dimension)),
            granularity: granularity ?? (grouping.isEmpty ? .day : nil)
        )
        question.weekStart = script.weekStart
        question.filter = try body.filter(isOfOrganization: isOfOrganization, world, script)
        let metrics: [Metric] = try UsageQuery.values(body.metrics, "Metric", script)
        self.metrics = Set(metrics.isEmpty ? Metric.allCases : metrics)
        try UsageQuery.check(body.sortBy ?? [], script)
        if let days, days.count > 91 || days.lowerBound < UsageQuery.yearBefore(today) {
            switch script.jobsInterval {
            case .badRequest:
                throw .malformed("The interval starts more than a year ago or ends more than 90 days after its start.")
            case .invalidDate: throw .invalidDate
            case .failed: isToFail = true
            }
        }
    }

    private static func yearBefore(_ day: World.Day) -> World.Day {
        let (year, month, dayOfMonth) = day.civil
        return World.Day(year - 1, month, dayOfMonth)
    }

    private static func check(_ sorting: [JobBody.Sorting], _ script: Script) throws(APIError) {
        for sort in sorting {
            let _: SortOrder? = try sort.order.map { (text) throws(APIError) in
                try UsageQuery.value(text, "SortOrder", script)
            }
            switch script.sortFields {
            case .any: break
            case .ofRows: let _: SortField = try UsageQuery.value(sort.fieldName ?? "", "FieldName", script)
            case .none: throw .malformed("Sorting is not supported.")
            }
        }
    }

    private struct JobBody: Decodable {
        let interval: String
        let granularity: String?
        let metrics: [String]?
        let groupBy: [String]?
        let sortBy: [Sorting]?
        let templateUris, platforms, userIds, oauthClientIds, organizationIds, httpMethods: [String]?

        struct Sorting: Decodable {
            let fieldName, order: String?
        }

        func filter(isOfOrganization: Bool, _ world: World, _ script: Script) throws(APIError) -> World.Filter {
            var filter = World.Filter()
            filter.templateURIs = templateUris ?? []
            // A spelling that stands for no platform keeps no row.
            filter.platforms = (platforms ?? []).flatMap { text in
                let spelled = world.platforms.filter { script.platformNames.spelling(of: $0) == text }
                return spelled.isEmpty ? ["no platform: \(text)"] : spelled
            }
            let methods: [JobMethod] = try UsageQuery.values(httpMethods, "HttpMethod", script)
            filter.httpMethods = methods.map(\.rawValue)
            if isOfOrganization {
                filter.userIDs = userIds ?? []
                filter.oauthClientIDs = oauthClientIds ?? []
            } else {
                filter.organizationIDs = organizationIds ?? []
            }
            return filter
        }
    }

    /// The newer family's spelling; `OauthClientId` differs from the older one's in one letter.
    private enum JobGrouping: String, CaseIterable {
        case oauthClientName = "OauthClientName"
        case oauthClient = "OauthClientId"
        case user = "UserId"
        case organization = "OrganizationId"
        case httpMethod = "HttpMethod"
        case templateURI = "TemplateUri"
        case platform = "Platform"

        var isOfClients: Bool {
            switch self {
            case .organization, .httpMethod, .templateURI, .platform: true
            case .oauthClientName, .oauthClient, .user: false
            }
        }

        var dimension: World.Dimension {
            switch self {
            case .oauthClientName: .oauthClientName
            case .oauthClient: .oauthClient
            case .user: .user
            case .organization: .organization
            case .httpMethod: .httpMethod
            case .templateURI: .templateURI
            case .platform: .platform
            }
        }
    }

    private enum JobMethod: String, CaseIterable {
        case GET, POST, PUT, PATCH, DELETE, HEAD
    }

    private enum SortOrder: String, CaseIterable {
        case ascending = "Asc"
        case descending = "Desc"
    }

    private enum SortField: String, CaseIterable {
        case date, platform, httpMethod, templateUri, requestCount, status200, status300, status400, status429,
            status500
        case oauthClient, user, organizationId
    }
}
