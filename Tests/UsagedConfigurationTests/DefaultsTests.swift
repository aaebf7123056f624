import Testing
import UsageDomain

@testable import UsagedConfiguration

@Suite struct DefaultsTests {
    @Test func `a file with only what is required gets the documented defaults`() throws {
        let configuration = try load(file(genesys: []))
        #expect(configuration.database == "postgresql:///usage")
        #expect(configuration.migrate == .never)
        #expect(configuration.schedule.every == .seconds(3600))
        #expect(configuration.schedule.lookbackDays == 7)
        #expect(configuration.schedule.settleAfter == .seconds(172_800))
        #expect(configuration.schedule.widePassDays == 35)
        #expect(configuration.listen == ListenAddress(host: "127.0.0.1", port: 9464))
        #expect(configuration.spool == Spool(directory: "/var/lib/usaged", maxAnswerBytes: 4_294_967_296))
        #expect(configuration.retention == RetentionPolicy())
        let source = configuration.sources[0]
        #expect(source.name == "acme")
        #expect(source.startDate.description == "2025-01-01")
        #expect(source.startDate.daysSinceEpoch == 20_089)
        #expect(source.secret == .credential("acme-client-secret"))
        #expect(source.datasets == ["organization_query"])
        #expect(source.primary == "organization_query")
        let genesys = try #require(configuration.genesys)
        #expect(genesys.endpoints.api == "https://api.mypurecloud.de")
        #expect(genesys.endpoints.login == "https://login.mypurecloud.de")
        #expect(genesys.certificateAuthorityFile == nil)
        #expect(genesys.byUser == false)
        #expect(genesys.clients == .all)
        #expect(genesys.summaryDays == 7)
        #expect(genesys.requestShare == 0.8)
    }

    @Test func `every setting of the daemon can be given`() throws {
        let configuration = try load(
            file(top: [
                "database: host=/run/postgresql dbname=usage user=usaged", "migrate: auto",
                "schedule: {every: 15m, lookback-days: 0, settle-after: 30s, wide-pass: 48h}", "listen: \"\"",
                "spool: {directory: /tmp/spool, max-answer: 512MiB}",
                "retention: {facts-months: 36, rollups-months: 120}",
            ]))
        #expect(configuration.database == "host=/run/postgresql dbname=usage user=usaged")
        #expect(configuration.migrate == .auto)
        #expect(
            configuration.schedule
                == Schedule(every: .seconds(900), lookbackDays: 0, settleAfter: .seconds(30), widePassDays: 2))
        #expect(configuration.listen == nil)
        #expect(configuration.spool == Spool(directory: "/tmp/spool", maxAnswerBytes: 512 << 20))
        #expect(configuration.retention == RetentionPolicy(factsMonths: 36, rollupsMonths: 120))
    }

    @Test func `every setting of a genesys source can be given`() throws {
        let genesys = try #require(
            try load(
                file(genesys: [
                    "-region", "api-url: http://127.0.0.1:8080/genesys/", "login-url: http://login.localhost:8080",
                    "ca-file: /etc/ca.pem", "client-secret: {file: /run/secret}", "by-user: true",
                    "datasets: [client_query, organization_query]", "primary: organization_query",
                    "clients: [one, two]", "summary-days: 31", "request-share: 1",
                ])
            ).genesys)
        #expect(
            genesys
                == GenesysSource(
                    endpoints: GenesysEndpoints(
                        api: "http://127.0.0.1:8080/genesys", login: "http://login.localhost:8080"),
                    certificateAuthorityFile: "/etc/ca.pem", clientID: "abc", clientSecret: .file("/run/secret"),
                    datasets: ["client_query", "organization_query"], primary: "organization_query", byUser: true,
                    clients: .listed(["one", "two"]), summaryDays: 31, requestShare: 1))
    }

    @Test func `an infodeck source has its own settings`() throws {
        let configuration = try load(
            file(infodeck: ["api-url: https://gateway.example.com", "time-zone: America/Argentina/Ushuaia"]))
        #expect(configuration.sources[0].datasets == ["channel_usage"])
        #expect(configuration.sources[0].primary == "channel_usage")
        #expect(
            configuration.infodeck
                == InfodeckSource(
                    apiURL: "https://gateway.example.com", organizationID: "o-1", apiKey: .credential("tower-api-key"),
                    timeZone: "America/Argentina/Ushuaia"))
        #expect(try load(file(infodeck: [])).infodeck?.apiURL == "https://app.infodeck.io/api")
    }

    @Test func `the first dataset is primary unless another is named`() throws {
        let configuration = try load(file(genesys: ["datasets: [simplesearch, organization_query]"]))
        #expect(configuration.sources[0].primary == "simplesearch")
    }

    @Test func `an anchor may be used for what is repeated`() throws {
        let text =
            file(genesys: ["client-secret: &secret {env: SECRET}"]) + "  - {name: b, kind: genesys, "
            + "region: us_east_1, client-id: b, client-secret: *secret, start-date: 2026-01-01}\n"
        #expect(try load(text).sources.map(\.secret) == [.env("SECRET"), .env("SECRET")])
    }
}
