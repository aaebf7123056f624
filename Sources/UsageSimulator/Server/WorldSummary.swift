/// The names and ids that the organization is made of, for programs that are not written in Swift: `GET /simulator/world`.
struct WorldSummary: Encodable {
    private let organization: Organization
    /// The newest published day.
    private let newestDay: String
    /// Those that no listing shows and built-in ones, too.
    private let clients: [Client]
    private let users, callingOrganizations, platforms, templateURIs, httpMethods: [String]

    init(_ simulator: Simulator) {
        let world = simulator.world
        organization = Organization(id: world.organization.id, name: world.organization.name)
        newestDay = simulator.newestPublishedDay.description
        clients =
            world.clients.map { Client($0, isBuiltIn: false) }
            + world.builtInClients.map { Client($0, isBuiltIn: true) }
        users = world.users
        callingOrganizations = world.callingOrganizationIDs
        platforms = world.platforms
        templateURIs = world.templateURIs
        httpMethods = world.httpMethods
    }

    private struct Organization: Encodable {
        let id, name: String
    }

    private struct Client: Encodable {
        let id, name, state, grant: String
        let isListed, isBuiltIn: Bool

        init(_ client: World.OAuthClient, isBuiltIn: Bool) {
            id = client.id
            name = client.name
            state = client.state.rawValue
            grant = client.grant.rawValue
            isListed = client.isListed
            self.isBuiltIn = isBuiltIn
        }
    }
}
