extension World {
    /// What an endpoint may be asked: whose requests, on which days, in which shape.
    package struct Question: Sendable {
        /// Whose requests are counted.
        package enum Subject: Hashable, Sendable {
            /// All requests into the organization.
            case organization
            /// The requests of one OAuth client, into whichever organization; an unknown id has none.
            case oauthClient(id: String)
        }

        /// Which of the two usage services counts (contract, finding 2).
        package enum Family: Hashable, Sendable {
            /// The billable requests
            case older
            /// All requests, with their platforms and those of built-in clients
            case newer
        }

        package var subject: Subject
        package var family: Family
        /// Nil for none.
        package var days: ClosedRange<Day>?
        /// What rows are grouped by; the rest is summed up.
        package var dimensions: Set<Dimension>
        /// Width of the buckets; nil for one total over all days.
        package var granularity: Granularity?
        package var weekStart = WeekStart.monday
        package var filter = Filter()

        package init(
            of subject: Subject = .organization,
            _ family: Family = .older,
            on days: ClosedRange<Day>?,
            by dimensions: Set<Dimension>,
            granularity: Granularity? = .day
        ) {
            self.subject = subject
            self.family = family
            self.days = days
            self.dimensions = dimensions
            self.granularity = granularity
        }
    }

    /// What the rows of any dataset can be grouped by.
    package enum Dimension: String, CaseIterable, Hashable, Sendable {
        case oauthClient
        /// Clients that share a name are one; without meaning beside ``oauthClient``.
        case oauthClientName
        /// The calling organization
        case organization
        case user, templateURI, httpMethod
        /// Of the newer family alone
        case platform
    }

    /// Keeps some values of each dimension; an empty list keeps all. Values that the world does not know are no error.
    package struct Filter: Sendable {
        package var oauthClientIDs: [String] = []
        package var oauthClientNames: [String] = []
        package var organizationIDs: [String] = []
        package var userIDs: [String] = []
        package var templateURIs: [String] = []
        package var httpMethods: [String] = []
        package var platforms: [String] = []

        package init() {}
    }

    /// On which day a week begins; the contract does not know.
    package enum WeekStart: String, CaseIterable, Sendable {
        case monday, sunday
    }
}

extension World.Grouping {
    var dimension: World.Dimension {
        switch self {
        case .oauthClient: .oauthClient
        case .organization: .organization
        case .user: .user
        case .templateURI: .templateURI
        case .httpMethod: .httpMethod
        }
    }
}

extension World.Question {
    /// The dimensions in which the facts behind the answer differ; grouped by all of them, nothing needs to be summed.
    var dimensionsOfFacts: Set<World.Dimension> {
        var dimensions: Set<World.Dimension> = [.templateURI, .httpMethod]
        dimensions.insert(subject == .organization ? .oauthClient : .organization)
        if family == .newer {
            dimensions.insert(.platform)
        }
        return dimensions
    }
}

/// A filter in the terms of one world.
struct Selection {
    private let clients, organizations, users, templateURIs, httpMethods, platforms: Set<Int>?

    init(_ filter: World.Filter, in world: World) {
        let ids = Selection.places(of: filter.oauthClientIDs, in: world.allClients.map(\.id))
        let names = Selection.places(of: filter.oauthClientNames, in: world.allClients.map(\.name))
        clients = ids.map { ids in names.map(ids.intersection) ?? ids } ?? names
        organizations = Selection.places(of: filter.organizationIDs, in: world.callingOrganizationIDs)
        users = Selection.places(of: filter.userIDs, in: world.users)
        templateURIs = Selection.places(of: filter.templateURIs, in: world.templateURIs)
        httpMethods = Selection.places(of: filter.httpMethods, in: world.httpMethods)
        platforms = Selection.places(of: filter.platforms, in: world.platforms)
    }

    var asksForUsers: Bool { users != nil }

    func admits(_ cell: Cell) -> Bool {
        func holds(_ selected: Set<Int>?, _ place: Int) -> Bool { selected?.contains(place) ?? true }
        return holds(clients, cell.client) && holds(organizations, cell.callingOrganization)
            && holds(templateURIs, cell.templateURI) && holds(httpMethods, cell.httpMethod)
            && holds(platforms, cell.platform)
    }

    func admits(user: Int) -> Bool {
        users?.contains(user) ?? true
    }

    private static func places(of wanted: [String], in all: @autoclosure () -> [String]) -> Set<Int>? {
        guard !wanted.isEmpty else { return nil }
        let values = all()
        // By bytes: two names that merely look the same are two names.
        let bytes = Set(wanted.map { Array($0.utf8) })
        return Set(values.indices.filter { bytes.contains(Array(values[$0].utf8)) })
    }
}
