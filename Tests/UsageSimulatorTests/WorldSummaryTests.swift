import Testing

@testable import UsageSimulator

@Suite struct `The names of a world on the wire` {
    private struct Summary: Decodable {
        struct Organization: Decodable { let id, name: String }
        struct Client: Decodable {
            let id, name, state, grant: String
            let isListed, isBuiltIn: Bool
        }

        let organization: Organization
        let newestDay: String
        let clients: [Client]
        let users, callingOrganizations, platforms, templateURIs, httpMethods: [String]
    }

    @Test func `are those of the world, unlisted and built-in clients included`() async throws {
        let asker = try await Asker()
        let request = IncomingRequest(method: "GET", path: "/simulator/world", query: "")
        let summary = try await #require(ControlPaths.answer(request, asker.simulator)).decoded(Summary.self)
        let world = asker.simulator.world
        #expect(summary.organization.id == world.organization.id)
        #expect(summary.organization.name == world.organization.name)
        #expect(summary.newestDay == asker.simulator.newestPublishedDay.description)
        #expect(summary.clients.map(\.id) == world.allClients.map(\.id))
        #expect(summary.clients.map(\.name) == world.allClients.map(\.name))
        #expect(summary.clients.map(\.isListed) == world.allClients.map(\.isListed))
        #expect(summary.clients.filter(\.isBuiltIn).map(\.id) == world.builtInClients.map(\.id))
        #expect(summary.users == world.users)
        #expect(summary.callingOrganizations == world.callingOrganizationIDs)
        #expect(summary.platforms == world.platforms)
        #expect(summary.templateURIs == world.templateURIs)
        #expect(summary.httpMethods == world.httpMethods)
    }
}
