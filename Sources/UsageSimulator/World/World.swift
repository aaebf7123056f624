/// An organization and all its usage, as a value: the same seed and the same restatements give the same rows for ever.
///
/// Rows are computed a day at a time when somebody asks, so years cost nothing until they are read. Ask it for the truth
/// with ``rows(answering:)`` and its likes; the simulator serves exactly that.
package struct World: Sendable {
    package let organization: Organization
    /// Every OAuth client, listed or not. Usage of the older family never names one that is missing here.
    package private(set) var clients: [OAuthClient]
    /// Endpoint patterns without a leading slash (contract, finding 5).
    package let templateURIs: [String]
    package let httpMethods: [String]
    /// Ids of users; the first is `""`, for requests that no user made.
    package let users: [String]
    /// Ids of the organizations in which the clients are used; the first is the world's own.
    package let callingOrganizationIDs: [String]
    /// Where requests come from, as the newer family tells.
    package let platforms: [String]
    /// The vendor's own clients: the newer family counts them, the older one does not, and no listing shows them.
    package let builtInClients: [OAuthClient]
    /// How often each day was restated.
    package private(set) var restatements: [Day: Int] = [:]
    /// Days of which nothing is told any more.
    package private(set) var vanishedDays: Set<Day> = []

    let seed: Seed
    let usage: any DailyUsage
    /// See ``Size/isOrdinary``.
    let isOrdinary: Bool

    /// A made-up organization.
    package init(seed: UInt64, size: Size = Size()) {
        let root = Seed(seed)
        let vocabulary = Vocabulary(seed: root, size: size)
        organization = vocabulary.organization
        clients = vocabulary.clients
        templateURIs = vocabulary.templateURIs
        httpMethods = vocabulary.httpMethods
        users = vocabulary.users
        callingOrganizationIDs = vocabulary.callingOrganizationIDs
        platforms = vocabulary.platforms
        builtInClients = vocabulary.builtInClients
        self.seed = root
        isOrdinary = size.isOrdinary
        usage = GeneratedUsage(
            seed: root.derived(1),
            size: size,
            clients: vocabulary.clients.count - 1,
            templateURIs: vocabulary.templateURIs.count,
            httpMethods: vocabulary.httpMethods.count
        )
    }

    /// The organization of the real answer that Genesys published: 128 rows, 1,130 requests, February 2020.
    ///
    /// Its rows name neither methods nor users, so both stay `""` however one groups.
    ///
    /// - Throws: ``RecordingError`` when the embedded recording is damaged.
    package static func recorded() throws -> World {
        try World(RecordedUsage.embedded())
    }

    private init(_ recorded: RecordedUsage) {
        organization = Organization(id: "0aa1c7d4-5d0e-4b7e-9d0b-2f6c0e8d2020", name: "Developer Center Sample")
        clients = recorded.clients
        templateURIs = recorded.templateURIs
        httpMethods = [""]
        users = [""]
        callingOrganizationIDs = [organization.id]
        platforms = ["api"]
        builtInClients = []
        seed = Seed(2020)
        isOrdinary = false
        usage = recorded
    }

    /// Changes a past day: some rows change, some vanish, some are new; which ones follows from the seed.
    ///
    /// A day that had rows gets at least one change and one new row, and loses at least one if it had more than two. A
    /// day without rows gets one.
    package mutating func restate(_ day: Day) {
        restatements[day, default: 0] += 1
    }

    /// Takes all rows of a day away.
    package mutating func vanish(_ day: Day) {
        vanishedDays.insert(day)
    }

    /// Gives a day its rows again, as they would be had it never vanished.
    package mutating func bringBack(_ day: Day) {
        vanishedDays.remove(day)
    }

    /// Gives an OAuth client another name or state, or takes it into the listing or out of it; past rows then carry the
    /// new name, too. Unknown ids change nothing.
    package mutating func change(
        clientID: String, name: String? = nil, state: OAuthClient.State? = nil, isListed: Bool? = nil
    ) {
        clients = clients.map { client in
            guard client.id == clientID else { return client }
            return OAuthClient(
                id: client.id,
                name: name ?? client.name,
                state: state ?? client.state,
                grant: client.grant,
                isListed: isListed ?? client.isListed
            )
        }
    }

    /// ``clients`` and then ``builtInClients``; rows of the newer family name any of them.
    package var allClients: [OAuthClient] { clients + builtInClients }

    func client(at index: Int) -> OAuthClient {
        index < clients.count ? clients[index] : builtInClients[index - clients.count]
    }

    /// The rows of one day by client, template URI and method, after all its restatements.
    func cells(on day: Day) -> [Cell] {
        guard !vanishedDays.contains(day) else { return [] }
        var cells = usage.cells(on: day)
        for round in 0..<(restatements[day] ?? 0) {
            let restatement = Restatement(
                seed: seed.derived(2).derived(day.number).derived(round),
                clients: usage.activeClients,
                templateURIs: templateURIs.count,
                httpMethods: httpMethods.count,
                isOrdinary: isOrdinary
            )
            restatement.apply(to: &cells)
        }
        return cells
    }
}

extension World {
    /// How big a generated organization is.
    package struct Size: Sendable {
        /// OAuth clients; the first names are plain or awkward on purpose. One more is listed and never used.
        package var clients = 24
        /// At least so many endpoint patterns; more are made when `rowsADay` needs them.
        package var templateURIs = 40
        /// From one to six; one makes a day of `GET` alone.
        package var httpMethods = 6
        package var users = 12
        /// How many of the clients, from the second on, have the name “Shared Name” instead of their own.
        package var clientsSharingAName = 0
        /// Organizations besides the world's own in which the clients are used.
        package var callingOrganizations = 2
        /// At least one; up to five have names of their own.
        package var platforms = 3
        /// Rows a day by client, template URI and method.
        package var rowsADay = 60
        /// Every day has exactly `rowsADay` rows; otherwise days differ, and some have none.
        package var isSteady = false
        /// Names and counters that are pleasant to look at: nothing that breaks careless quoting, nothing above 2³².
        package var isOrdinary = false
        /// Nothing was counted before this day.
        package var firstDay = Day(2018, 1, 1)

        package init() {}

        /// A size by its two most wanted knobs.
        package init(clients: Int = 24, rowsADay: Int, isSteady: Bool = false) {
            self.clients = clients
            self.rowsADay = rowsADay
            self.isSteady = isSteady
        }
    }
}

/// What was counted on one day for one client, template URI and method, given as indices into the world.
struct Cell: Sendable {
    var client: Int
    var templateURI: Int
    var httpMethod: Int
    var counts: World.Counts
    /// 0 is the world's own.
    var callingOrganization = 0
    /// The older family does not tell it.
    var platform = 0
}

/// Where the rows of a day come from before any restatement.
protocol DailyUsage: Sendable {
    /// How many of the world's clients, counted from the first, may occur in rows.
    var activeClients: Int { get }

    /// A pure function of the day; each combination of client, template URI and method occurs once at most.
    func cells(on day: World.Day) -> [Cell]

    /// Those of one client, without drawing the others.
    func cells(on day: World.Day, of client: Int) -> [Cell]
}
