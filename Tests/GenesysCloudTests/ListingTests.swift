import FoundationEssentials
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct ListingTests {
    @Test func `the organization is the credentials' own`() async throws {
        try await Account.run { account in
            let organization = try await account.source.organization()
            let expected = account.simulator.world.organization
            #expect(organization == Organization(id: expected.id, name: expected.name))
        }
    }

    @Test(arguments: [nil, 1, 5, 1_000])
    func `every listed OAuth client comes once, on however many pages`(pageSize: Int?) async throws {
        var script = Script()
        script.clientsPageSize = pageSize
        try await Account.run(script: script) { account in
            let clients = try await account.source.oauthClients()
            let listed = account.simulator.world.clients.filter(\.isListed)
            #expect(clients.map(\.id) == listed.map(\.id))
            #expect(clients.map(\.name) == listed.map(\.name))
            #expect(clients.map(\.state) == listed.map(\.state.rawValue))
            #expect(clients.map(\.authorizedGrantType) == listed.map(\.grant.rawValue))
            #expect(clients.first?.createdAt == Date(timeIntervalSince1970: 1_675_242_753))
            var dumped = ""
            dump(clients, to: &dumped)
            #expect(!dumped.contains("listed-secret"))
        }
    }

    private func listing(_ bodies: [String]) async throws -> Result<OAuthClientListing, GenesysCloudError> {
        let faults = bodies.enumerated().map { index, body in
            Fault(.clients, .nth(index + 1), .raw(200, contentType: "application/json", body: body))
        }
        return try await Account.run(script: Script(faults: faults)) { account in
            do {
                return .success(try await account.source.oauthClientListing())
            } catch let error as GenesysCloudError {
                return .failure(error)
            }
        }
    }

    @Test func `entries without an id or listed before are ignored and counted, missing fields are empty`() async throws
    {
        let body =
            #"{"entities":[{"name":"x"},{"id":""},{"id":"a","dateCreated":"yesterday"},{"id":"a","name":"b"},{}]}"#
        let listing = try await listing([body]).get()
        #expect(listing.clients == [OAuthClient(id: "a", name: "", state: "", authorizedGrantType: "", createdAt: nil)])
        #expect(listing.ignoredEntries == 4)
        #expect(listing.requests == 2)
    }

    @Test(arguments: [
        (#"{"entities":[],"nextUri":"http://elsewhere.test/api/v2/oauth/clients?pageNumber=2"}"#, "another host"),
        (#"{"entities":[],"nextUri":"//elsewhere.test/x"}"#, "another host"),
        (#"{"entities":[],"nextUri":"@elsewhere.test/x"}"#, "another host"),
        (#"{"entities":[],"nextUri":"/api/v2/oauth/clients"}"#, "circle"),
        (#"{"entities":[{"id":"a\u0000"}]}"#, "entities.0 has a character U+0000"),
        (#"{"entities":[{"id":7}]}"#, "entities.0.id is not of type String"),
        (#"{"nothing":1}"#, "entities is missing"), (#"{"entities":null}"#, "entities"), ("<html>", "HTML"),
    ])
    func `a listing that leads astray or is no listing is refused`(body: String, text: String) async throws {
        guard case .failure(let failure) = try await listing([body]) else {
            Issue.record("not refused")
            return
        }
        #expect(failure.kind == .badAnswer)
        #expect(failure.description.contains(text))
        #expect(failure.description.contains("correlation id "))
    }

    @Test(arguments: [
        ("https://gw.test/genesys", "/api/v2/x?a=b", "https://gw.test/genesys/api/v2/x?a=b"),
        ("https://gw.test/genesys", "/genesys/api/v2/x", "https://gw.test/genesys/api/v2/x"),
        ("https://gw.test", "https://GW.test:443/api", "https://GW.test:443/api"),
        ("https://gw.test", "http://gw.test/api", nil), ("https://gw.test", "https://gw.test.evil/api", nil),
        ("https://gw.test", "https://gw.test@evil/api", nil), ("https://gw.test", "api/v2/x", nil),
    ])
    func `links are followed on the configured host alone`(base: String, link: String, url: String?) throws {
        let endpoints = try Endpoints(apiURL: base + "/", loginURL: "https://login.test")
        #expect(endpoints.url(following: link) == url)
    }

    @Test(arguments: [
        "", "gw.test", "ftp://gw.test", "https://", "https://a:b@gw.test", "https://gw.test?x", "https://gw.test#x",
    ])
    func `what is no base address is refused`(text: String) {
        #expect(throws: EndpointsError.self) { try Endpoints(apiURL: text, loginURL: "https://login.test") }
    }

    @Test func `a permission that is missing is refused and named`() async throws {
        try await Account.run(permissions: []) { account in
            let failure = try #require(try await account.failure { _ = try await $0.oauthClients() })
            #expect(failure.kind == .refused)
            #expect(failure.description.contains("oauth:client:view"))
        }
    }
}
