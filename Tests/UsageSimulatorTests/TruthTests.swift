import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import TestSupport
import Testing

@testable import UsageSimulator

@Suite(.inTurn, .timeLimit(.minutes(30))) struct `The truth on the wire` {
    struct Entry: Decodable, Hashable {
        let date: String?
        let organizationId, clientId, clientName, templateUri, httpMethod, platform: String
        let requests: Int64
    }

    private func truth(_ asker: Asker, _ query: String) async throws -> [Entry] {
        let request = IncomingRequest(method: "GET", path: "/simulator/truth", query: query)
        return try await #require(ControlPaths.answer(request, asker.simulator)).decoded([Entry].self)
    }

    private func entry(_ row: World.Row) -> Entry {
        Entry(
            date: row.day?.description, organizationId: row.organizationID, clientId: row.clientID,
            clientName: row.clientName, templateUri: row.templateURI, httpMethod: row.httpMethod,
            platform: row.platform, requests: row.requests)
    }

    @Test func `is that of the world, for every dataset`() async throws {
        let asker = try await Asker()
        let world = asker.simulator.world
        let (first, last) = (World.Day(2025, 9, 1), World.Day(2025, 9, 7))
        let client = world.clients[1].id
        let span = "from=2025-09-01&through=2025-09-07"
        let newest = asker.simulator.newestPublishedDay
        for (query, rows) in [
            ("dataset=organization_query&\(span)", world.rows(from: first, through: last)),
            ("dataset=client_query&client=\(client)&\(span)", world.clientRows(of: client, from: first, through: last)),
            ("dataset=client_summary&client=\(client)", world.summaryRows(of: client, days: 7, through: newest)),
            ("dataset=simplesearch&\(span)", world.searchRows(from: first, through: last)),
            ("dataset=organization_jobs&\(span)", world.jobRows(from: first, through: last)),
            (
                "dataset=client_jobs&client=\(client)&\(span)",
                world.clientJobRows(of: client, from: first, through: last)
            ),
            (
                "dataset=organization_query&\(span)&by=oauthClient&granularity=none",
                world.rows(from: first, through: last, groupedBy: [.oauthClient], granularity: nil)
            ),
        ] {
            #expect(!rows.isEmpty)
            #expect(try await truth(asker, query).tallied == rows.map(entry).tallied, "\(query)")
        }
    }

    @Test(arguments: ["", "dataset=client_query", "dataset=organization_query", "dataset=nothing&from=2025-09-01"])
    func `is asked for in full`(_ query: String) async throws {
        let request = IncomingRequest(method: "GET", path: "/simulator/truth", query: query)
        #expect(ControlPaths.answer(request, try await Asker().simulator)?.status == 400)
    }

    @Test func `is what pages over HTTP hold, with encoded cursors`() async throws {
        let day = World.Day(2025, 9, 1)
        try await withCaller(world: `A simple search`.world(rows: 250), running: 0) { caller in
            let query = #"{"interval":"2025-09-01/2025-09-01"}"#
            let body = try await caller.post("/api/v2/usage/simplesearch", query).body.collect(upTo: 10_000)
            let path = try JSONDecoder().decode(Submitted.self, from: Data(body.readableBytesView)).resultsUri
            var rows: [AnsweredRow] = []
            var page = try await caller.decoded(Results.self, path)
            rows += page.results
            while let after = page.cursors?.after {
                let encoded = after.map { ["+": "%2B", "/": "%2F", "=": "%3D"][$0] ?? String($0) }.joined()
                page = try await caller.decoded(Results.self, "\(path)?after=\(encoded)&pageSize=100")
                rows += page.results
            }
            #expect(rows.count == 250)
            #expect(
                rows.map(\.status200).tallied
                    == caller.simulator.world.searchRows(from: day, through: day).map(\.counts.status200).map(
                        Optional.some
                    ).tallied)

            let started = try await caller.post(Asker.jobs, query).body.collect(upTo: 10_000)
            var next: String? = try JSONDecoder().decode(StartedJob.self, from: Data(started.readableBytesView))
                .resultsUri
            var entities: [JobRow] = []
            while let uri = next {
                let results = try await caller.decoded(JobResults.self, uri)
                entities += results.entities ?? []
                next = results.nextUri
            }
            let truth = caller.simulator.world.jobRows(
                from: day, through: day, groupedBy: [.oauthClient, .user, .templateURI, .httpMethod, .platform])
            #expect(entities.tallied == truth.map(JobRow.init).tallied)
        }
    }
}
