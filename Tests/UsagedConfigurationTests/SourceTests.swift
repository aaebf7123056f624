import FoundationEssentials
import Testing
import UsageDomain

@testable import UsagedConfiguration

@Suite struct SourceTests {
    static let regions = [
        "us_east_1": "mypurecloud.com", "us_west_2": "usw2.pure.cloud", "eu_west_1": "mypurecloud.ie",
        "ca_central_1": "cac1.pure.cloud", "eu_central_1": "mypurecloud.de", "sa_east_1": "sae1.pure.cloud",
        "ap_southeast_2": "mypurecloud.com.au", "mx_central_1": "mxc1.pure.cloud", "ap_northeast_1": "mypurecloud.jp",
        "eu_west_2": "euw2.pure.cloud", "ap_northeast_2": "apne2.pure.cloud", "eu_central_2": "euc2.pure.cloud",
        "ap_northeast_3": "apne3.pure.cloud", "me_central_1": "mec1.pure.cloud", "ap_south_1": "aps1.pure.cloud",
        "ap_southeast_1": "apse1.pure.cloud", "us_east_2": "use2.us-gov-pure.cloud",
        "eusc_de_east_1": "edee1.eusc-pure.cloud",
    ]

    @Test(arguments: regions)
    func `a region stands for two addresses`(name: String, domain: String) throws {
        let endpoints = try load(file(genesys: ["region: \(name)"])).genesys?.endpoints
        #expect(endpoints == GenesysEndpoints(api: "https://api.\(domain)", login: "https://login.\(domain)"))
        #expect(GenesysRegion.all.count == Self.regions.count)
    }

    @Test(arguments: [
        ("eu-central-1", "did you mean eu_central_1?"), ("EU_WEST_2", "did you mean eu_west_2?"),
        ("us_eats_1", "did you mean us_east_1?"), ("mypurecloud.de", "the region of mypurecloud.de is eu_central_1"),
        ("https://login.usw2.pure.cloud", "the region of usw2.pure.cloud is us_west_2"),
        ("moon", "use one of us_east_1"),
    ])
    func `a region that is unknown is refused with the nearest one`(name: String, remedy: String) throws {
        #expect(try problem(file(genesys: ["region: \(name)"])).remedy.hasPrefix(remedy))
    }

    @Test(arguments: [
        (["-region"], "region"),
        (["api-url: https://a"], "region"),
        (["api-url: https://a", "login-url: https://b"], "region"),
        (["-region", "api-url: https://a"], "api-url"),
        (["-region", "login-url: https://a"], "login-url"),
    ])
    func `exactly one of region and both addresses is given`(settings: [String], key: String) throws {
        #expect(try problem(file(genesys: settings)).key == "sources[0].\(key)")
    }

    @Test(arguments: [
        "http://localhost", "http://localhost:8080/x", "http://sim.localhost:1", "http://127.0.0.1:8080",
        "http://127.255.0.9", "http://[::1]:8080", "https://gateway.example.com/genesys", "HTTPS://gateway.example.com",
    ])
    func `an address is https, or http on this machine`(address: String) throws {
        let settings = ["-region", "api-url: \"\(address)/\"", "login-url: \"\(address)\""]
        #expect(
            try load(file(genesys: settings)).genesys?.endpoints == GenesysEndpoints(api: address, login: address))
    }

    @Test(arguments: [
        "http://api.mypurecloud.de", "http://localhost.example.com", "http://127.0.0.1.example.com",
        "http://128.0.0.1", "http://127.0.0.256", "http://127.0.0", "http://notlocalhost", "ftp://localhost",
        "localhost:8080", "/api", "https://", "https://user:S3cr3t@a", "https://a?S3cr3t", "https://a#b", "https://a b",
    ])
    func `any other address is refused`(address: String) throws {
        let found = try problem(file(genesys: ["-region", "api-url: \"\(address)\"", "login-url: https://b"]))
        #expect(found.key == "sources[0].api-url")
        #expect(!found.description.contains("S3cr3t"))
    }

    @Test(arguments: ["2000-01-01", "2024-02-29", "2026-03-15"])
    func `a start date is a day up to today`(text: String) throws {
        #expect(try load(file(genesys: ["start-date: \(text)"])).sources[0].startDate.description == text)
    }

    @Test(arguments: [
        "2025-02-29", "2025-13-01", "2025-00-10", "2025-01-00", "2025-04-31", "2026-03-16", "2999-01-01", "1999-12-31",
        "0001-01-01", "2025-1-1", "25-01-01", "2025/01/01", "2025-01-01T00:00:00Z", "20250101", "yesterday", "[]",
        "٢٠٢٥-01-01",
    ])
    func `any other start date is refused`(text: String) throws {
        #expect(try problem(file(genesys: ["start-date: \(text)"])).key == "sources[0].start-date")
    }

    @Test func `an infodeck day may have begun where the organization is`() throws {
        #expect(try load(file(infodeck: ["start-date: 2026-03-16"])).sources[0].startDate.description == "2026-03-16")
        #expect(try problem(file(infodeck: ["start-date: 2026-03-17"])).key == "sources[0].start-date")
    }

    @Test(arguments: [
        ("datasets: []", "datasets"), ("datasets: organization_query", "datasets"),
        ("datasets: [organization_query, organization_query]", "datasets[1]"),
        ("datasets: [organisation_query]", "datasets[0]"), ("datasets: [channel_usage]", "datasets[0]"),
        ("datasets: [5]", "datasets[0]"), ("datasets: [~]", "datasets[0]"), ("primary: client_query", "primary"),
        ("primary: nonsense", "primary"), ("by-user: maybe", "by-user"), ("by-user: \"true\"", "by-user"),
        ("by-user: yes", "by-user"), ("clients: none", "clients"), ("clients: []", "clients"),
        ("clients: [a, a]", "clients[1]"), ("clients: [\"a b\"]", "clients[0]"), ("clients: {a: b}", "clients"),
        ("summary-days: 0", "summary-days"), ("summary-days: 367", "summary-days"),
        ("summary-days: a week", "summary-days"), ("request-share: 0", "request-share"),
        ("request-share: 0.0", "request-share"), ("request-share: -0.5", "request-share"),
        ("request-share: 1.01", "request-share"), ("request-share: 80%", "request-share"),
        ("request-share: nan", "request-share"), ("request-share: 1e-1", "request-share"),
        ("client-id: 12345", "client-id"), ("client-id: \"a:b\"", "client-id"), ("client-id: \"\"", "client-id"),
        ("ca-file: ca.pem", "ca-file"), ("name: a/b", "name"), ("name: -a", "name"), ("name: é", "name"),
        ("name: 7", "name"), ("name: \"\"", "name"), ("kind: genesis", "kind"), ("kind: 5", "kind"),
    ])
    func `an impossible setting of a genesys source is refused`(line: String, key: String) throws {
        #expect(try problem(file(genesys: [line])).key == "sources[0].\(key)")
    }

    @Test(arguments: [
        ("organization-id: a b", "organization-id"), ("organization-id: 5", "organization-id"),
        ("time-zone: CST", "time-zone"), ("time-zone: Asia/", "time-zone"), ("time-zone: +08:00", "time-zone"),
        ("time-zone: ../etc/passwd", "time-zone"), ("api-url: http://app.infodeck.io", "api-url"),
        ("api-key: idt_live_0123456789", "api-key"), ("datasets: [channel_usage]", "datasets"),
    ])
    func `an impossible setting of an infodeck source is refused`(line: String, key: String) throws {
        let found = try problem(file(infodeck: [line]))
        #expect(found.key == "sources[0].\(key)")
        #expect(!found.description.contains("idt_live"))
    }

    @Test func `a snapshot cannot be primary, and is not taken for it`() throws {
        let refused = try problem(
            file(genesys: ["datasets: [client_summary, client_query]", "primary: client_summary"]))
        #expect(refused.key == "sources[0].primary")
        #expect(refused.fault == "client_summary is a snapshot and has no days to show")
        #expect(refused.remedy == "name one of client_query")
        let taken = try load(file(genesys: ["datasets: [client_summary, client_query]", "-primary"]))
        #expect(taken.sources[0].primary == "client_query")
        let alone = try load(file(genesys: ["datasets: [client_summary]", "-primary"]))
        #expect(alone.sources[0].primary == "client_summary")
    }

    @Test func `without a kind the rest is still looked at`() {
        let found = problems(file(genesys: ["-kind", "start-date: never", "colour: red"]))
        #expect(found.map(\.key) == ["sources[0].kind", "sources[0].start-date", "sources[0].colour"])
    }

    @Test func `two sources cannot have one name`() throws {
        let found = try problem(
            file(genesys: []) + "  - {name: acme, kind: genesys, region: us_east_1, client-id: b, "
                + "client-secret: {env: B}, start-date: 2025-01-01}\n")
        #expect(found.key == "sources[1].name")
        #expect(found.fault == "another source has the name acme already, on line 3")
    }

    @Test func `two sources cannot claim a dataset of one organization`() throws {
        func second(_ settings: String) -> String {
            file(genesys: ["datasets: [organization_query, simplesearch]"])
                + "  - {name: second, kind: genesys, client-secret: {env: B}, start-date: 2025-01-01, \(settings)}\n"
        }
        let found = try problem(second("region: eu_central_1, client-id: ABC"))
        #expect(found.key == "sources[1].client-id")
        #expect(found.fault == "source acme already claims organization_query of the same organization")
        let named = try problem(second("region: eu_central_1, client-id: abc, datasets: [client_jobs, simplesearch]"))
        #expect(named.key == "sources[1].datasets")
        let both = problems(second("region: eu_central_1, client-id: abc, summary-days: 0"))
        #expect(both.map(\.key) == ["sources[1].client-id", "sources[1].summary-days"])
        #expect(problems(second("region: eu_central_1, client-id: abc, datasets: [client_query]")).isEmpty)
        #expect(problems(second("region: eu_central_1, client-id: other")).isEmpty)
        #expect(problems(second("region: eu_west_1, client-id: abc")).isEmpty)

        let tower = "  - {name: t, kind: infodeck, organization-id: o-1, api-key: {env: B}, start-date: 2025-01-01}\n"
        #expect(try problem(file(infodeck: []) + tower).key == "sources[1].organization-id")
    }
}
