import FoundationEssentials
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import Infodeck

@Suite(.inTurn)
struct OrganizationTests {
    @Test(arguments: [false, true])
    func `name and zone are read, wrapped or not, and nothing personal is`(isWrapped: Bool) async throws {
        try await Tower.run {
            $0.organizationIsWrapped = isWrapped
        } _: { tower in
            let profile = try await tower.source.organizationProfile()
            #expect(
                profile
                    == OrganizationProfile(
                        id: "o-tower", name: "Tower \u{201C}One\u{201D} B.V.", timeZone: "Asia/Taipei", requests: 1))
            var dumped = ""
            dump(profile, to: &dumped)
            for personal in ["owner@", "example.com", "Personal", "+886", "cus_", "123456789012"] {
                #expect(!dumped.contains(personal))
            }
        }
    }

    @Test(
        arguments: [
            (nil, ""), ("null", ""), ("7", ""), (#""""#, ""), (#""Mars/Olympus""#, "Mars/Olympus"),
            (#""a\u0000b""#, ""),
        ] as [(String?, String)])
    func `an odd zone is handed on as it is, or is none`(json: String?, zone: String) async throws {
        try await Tower.run { tower in
            tower.simulator.alter { $0.timeZoneJSON = json }
            let profile = try await tower.source.organizationProfile()
            #expect(profile.timeZone == zone)
            #expect(profile.name == tower.simulator.world.companyName)
            #expect(profile.obstacle == nil)
        }
    }

    @Test(arguments: [
        (InfodeckFault.Effect.status(403), false, 1, "status 403"), (.status(404), false, 1, "status 404"),
        (.status(429), true, 3, "status 429"), (.html(502), true, 3, "status 502"),
        (.reset, true, 3, "the connection broke"), (.raw(200, body: "[]"), true, 1, "not a JSON object"),
        (.raw(200, body: "<p>"), true, 1, "not a JSON object"),
        (.raw(200, body: #"{"id":"o-other","companyName":"Other"}"#), false, 1, "about another one, \"o-other\""),
    ])
    func `what keeps the organization from being read keeps no usage back`(
        effect: InfodeckFault.Effect, mayPass: Bool, requests: Int, text: String
    ) async throws {
        try await Tower.run(InfodeckFault(.organization, effect)) { tower in
            let profile = try await tower.source.organizationProfile()
            #expect(profile.id == "o-tower")
            #expect(profile.name == "")
            #expect(profile.timeZone == "")
            #expect(profile.requests == requests)
            let obstacle = try #require(profile.obstacle)
            #expect(obstacle.mayPass == mayPass)
            #expect(obstacle.reason.contains(text), "\(obstacle)")
            tower.clock.advance(by: .seconds(900))
            let usage = try await tower.source.channelUsage(in: Tower.day).0
            #expect(usage == tower.truth(in: Tower.day))
        }
    }

    @Test func `the loader is told of name, zone and obstacle`() async throws {
        try await Tower.run(InfodeckFault(.organization, .nth(1), .status(403))) { tower in
            let unread = try await tower.source.organization()
            #expect(unread.name == "")
            #expect(unread.obstacle?.contains("status 403") == true)
            let read = try await tower.source.organization()
            #expect(
                read
                    == Organization(id: "o-tower", name: tower.simulator.world.companyName, timeZone: "Asia/Taipei"))
        }
    }

    @Test func `a closed endpoint is an obstacle with its causes`() async throws {
        try await Tower.run {
            $0.organizationIsClosed = true
        } _: { tower in
            let obstacle = try #require(try await tower.source.organizationProfile().obstacle)
            #expect(obstacle.reason.hasPrefix("reading the organization: access is forbidden"))
        }
    }

    @Test(arguments: ["ftp://a", "app.infodeck.io", "https://u:p@a", "https://a?x=1", "https://", ""])
    func `an address that is no base is refused`(url: String) {
        #expect(throws: EndpointsError.self) {
            try Endpoints(apiURL: url, organizationID: "o-1")
        }
    }

    @Test func `an empty id is refused, and slashes at the end of a base do no harm`() throws {
        #expect(throws: EndpointsError.noOrganization) {
            try Endpoints(apiURL: "https://a/api", organizationID: "")
        }
        let endpoints = try Endpoints(apiURL: "https://a/api//", organizationID: "o-1")
        #expect(endpoints.organization == "https://a/api/organizations/o-1")
    }
}
