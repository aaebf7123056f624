import FoundationEssentials
import Testing

@testable import UsageSimulator

/// A row of a job as a reader of the contract would decode it; absent is not the same as empty.
struct JobRow: Decodable, Hashable {
    struct Client: Decodable, Hashable { let id, name, selfUri: String? }
    struct User: Decodable, Hashable { let id, selfUri: String? }

    let date, platform, httpMethod, templateUri, organizationId: String?
    let oauthClient: Client?
    let user: User?
    let requestCount, status200, status300, status400, status429, status500: Int64?
}

extension JobRow {
    /// A row of truth as it must be answered; what was not grouped by is absent.
    init(_ row: World.Row) {
        func told(_ text: String) -> String? { text.isEmpty ? nil : text }
        date = row.day?.description
        platform = told(row.platform)
        httpMethod = told(row.httpMethod)
        templateUri = told(row.templateURI)
        organizationId = told(row.organizationID)
        let uri = told(row.clientID).map { "/api/v2/oauth/clients/\($0)" }
        let hasClient = uri != nil || !row.clientName.isEmpty
        oauthClient = hasClient ? Client(id: told(row.clientID), name: row.clientName, selfUri: uri) : nil
        user = told(row.userID).map { User(id: $0, selfUri: "/api/v2/users/\($0)") }
        requestCount = row.requests
        status200 = row.counts.status200
        status300 = row.counts.status300
        status400 = row.counts.status400
        status429 = row.counts.status429
        status500 = row.counts.status500
    }
}

/// One answer to a read of a job.
struct JobResults: Decodable {
    struct ErrorBody: Decodable { let code: String, status: Int }

    let queryStatus: String
    let entities: [JobRow]?
    let nextUri, selfUri: String?
    let errorBody: ErrorBody?
}

struct StartedJob: Decodable {
    let id, resultsUri, selfUri: String
}

extension Asker {
    static let jobs = "/api/v2/usage/aggregates/query/jobs"

    func clientJobs(_ clientID: String) -> String {
        "/api/v2/usage/client/\(clientID)/aggregates/query/jobs"
    }

    /// Follows `nextUri` on this host, for so many pages at most.
    func jobPages(_ path: String, _ body: String, pageSize: Int? = 1_000, most: Int = 100) async throws -> [JobResults]
    {
        var uri = try await post(path, body).decoded(StartedJob.self).resultsUri
        if let pageSize { uri += "?pageSize=\(pageSize)" }
        var pages: [JobResults] = []
        while pages.count < most {
            let parts = uri.split(separator: "?", maxSplits: 1).map(String.init)
            let answer = get(parts[0], query: parts.count > 1 ? parts[1] : "")
            let page = try await answer.decoded(JobResults.self)
            guard !["Queued", "Running"].contains(page.queryStatus) else { continue }
            pages.append(page)
            guard let next = page.nextUri, next.hasPrefix("/") else { break }
            uri = next
        }
        return pages
    }
}

@Suite struct `An aggregates job` {
    let days = (World.Day(2025, 9, 1), World.Day(2025, 9, 14))
    let full =
        #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OauthClientId","TemplateUri","HttpMethod","Platform"]}"#

    @Test func `answers the truth of the newer family, page by page`() async throws {
        let asker = try await Asker()
        let pages = try await asker.jobPages(Asker.jobs, full, pageSize: nil)
        let truth = asker.simulator.world.jobRows(from: days.0, through: days.1)
        #expect(pages.flatMap { $0.entities ?? [] }.tallied == truth.map(JobRow.init).tallied)
        #expect(pages.dropLast().allSatisfy { $0.entities?.count == 100 })
        #expect(pages.count == (truth.count + 99) / 100)
        #expect(pages.allSatisfy { $0.queryStatus == "Succeeded" })
        #expect(try await asker.jobPages(Asker.jobs, full).count == 1)
    }

    @Test func `of a client answers its truth, by calling organization`() async throws {
        let asker = try await Asker()
        let world = asker.simulator.world
        let body =
            #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OrganizationId","TemplateUri","HttpMethod","Platform"]}"#
        for client in world.allClients {
            let rows = try await asker.jobPages(asker.clientJobs(client.id), body).flatMap { $0.entities ?? [] }
            let truth = world.clientJobRows(of: client.id, from: days.0, through: days.1)
            #expect(rows.tallied == truth.map(JobRow.init).tallied)
            let own = truth.filter { $0.organizationID == world.organization.id }.map(\.counts)
            let known = world.jobRows(from: days.0, through: days.1).filter { $0.clientID == client.id }.map(\.counts)
            #expect(own.tallied == known.tallied)
        }
    }

    @Test func `counts every request: no fewer than the older family, with built-in clients and platforms`() {
        let world = World(seed: 7)
        let newer = world.jobRows(from: days.0, through: days.1)
        let older = world.rows(from: days.0, through: days.1)
        struct Identity: Hashable { let day: World.Day?, client, uri, method: String }
        func totals(_ rows: [World.Row]) -> [Identity: Int64] {
            rows.reduce(into: [:]) { totals, row in
                let identity = Identity(
                    day: row.day, client: row.clientID, uri: row.templateURI, method: row.httpMethod)
                totals[identity, default: 0] += row.requests
            }
        }
        let all = totals(newer)
        #expect(totals(older).allSatisfy { all[$0.key] ?? 0 >= $0.value })
        #expect(all.values.reduce(0, +) > totals(older).values.reduce(0, +))
        let builtIn = Set(world.builtInClients.map(\.id))
        #expect(newer.contains { builtIn.contains($0.clientID) })
        #expect(!older.contains { builtIn.contains($0.clientID) })
        #expect(Set(newer.map(\.platform)) == Set(world.platforms))
    }

    @Test func `tells an id, and where to read and see it`() async throws {
        let asker = try await Asker()
        let answer = asker.post(Asker.jobs, full)
        let job = try await answer.decoded(StartedJob.self)
        #expect(answer.status == 202)
        #expect(job.resultsUri == "\(Asker.jobs)/\(job.id)")
        #expect(job.selfUri == job.resultsUri)
        #expect(try await !answer.text().contains("executionId"))
        #expect(asker.get("/api/v2/usage/query/\(job.id)/results").status == 404)
        #expect(asker.get("\(Asker.jobs)/unknown").status == 404)
    }

    @Test func `is queued and running with 202, and then done with 200`() async throws {
        var script = Script()
        script.queuedPolls = 1
        script.runningPolls = 2
        let asker = try await Asker(script: script)
        let path = try await asker.post(Asker.jobs, full).decoded(StartedJob.self).resultsUri
        var seen: [String] = []
        for _ in 0..<4 {
            let answer = asker.get(path)
            seen.append("\(answer.status) \(try await answer.decoded(JobResults.self).queryStatus)")
        }
        #expect(seen == ["202 Queued", "202 Running", "202 Running", "200 Succeeded"])
    }

    @Test(arguments: Script.FailedJobs.allCases)
    func `fails with 202, and tells why or not`(_ explanation: Script.FailedJobs) async throws {
        var script = Script(faults: [Fault(.completeJobsResults, .queryStatus("Failed"))])
        script.failedJobs = explanation
        script.runningPolls = 0
        let asker = try await Asker(script: script)
        let path = try await asker.post(Asker.jobs, full).decoded(StartedJob.self).resultsUri
        let answer = asker.get(path)
        let results = try await answer.decoded(JobResults.self)
        #expect(answer.status == 202)
        #expect(results.queryStatus == "Failed")
        #expect(results.errorBody?.code == (explanation == .explained ? "internal.server.error" : nil))
        asker.simulator.rewrite { $0.faults = [Fault(.completeJobsResults, .queryStatus("Cancelled"))] }
        #expect(try await asker.get(path).text() == #"{"queryStatus":"Cancelled"}"#)
        asker.simulator.rewrite { $0.jobsStatus = .ok }
        #expect(asker.get(path).status == 200)
    }

    @Test func `aggregates nothing unless it is asked to`() async throws {
        let asker = try await Asker()
        let rows = try await asker.jobPages(Asker.jobs, #"{"interval":"2025-09-01/2025-09-14"}"#)
            .flatMap { $0.entities ?? [] }
        let truth = asker.simulator.world.jobRows(
            from: days.0, through: days.1,
            groupedBy: [.oauthClient, .oauthClientName, .user, .templateURI, .httpMethod, .platform])
        #expect(rows.tallied == truth.map(JobRow.init).tallied)
        #expect(rows.contains { $0.user == nil })
        #expect(rows.contains { $0.user != nil })
    }

    @Test func `leaves out what it is not grouped by, and sums clients of one name`() async throws {
        let asker = try await Asker()
        let text = try await asker.jobPages(Asker.jobs, #"{"interval":"2025-09-01/2025-09-14","groupBy":["Platform"]}"#)
        let rows = text.flatMap { $0.entities ?? [] }
        #expect(rows.count == 3)
        #expect(
            rows.allSatisfy {
                $0.date == nil && $0.httpMethod == nil && $0.templateUri == nil && $0.oauthClient == nil
                    && $0.user == nil && $0.organizationId == nil && $0.platform != nil
            })
        let byName = try await asker.jobPages(
            Asker.jobs, #"{"interval":"2025-09-01/2025-09-14","groupBy":["OauthClientName"]}"#
        ).flatMap { $0.entities ?? [] }
        #expect(byName.count { $0.oauthClient?.name == "Billing Sync" } == 1)
        #expect(byName.allSatisfy { $0.oauthClient?.id == nil })
        #expect(
            byName.reduce(0) { $0 + ($1.requestCount ?? 0) } == rows.reduce(0) { $0 + ($1.requestCount ?? 0) })
    }

    @Test func `filters by each of its dimensions`() async throws {
        let asker = try await Asker()
        let world = asker.simulator.world
        let all = world.jobRows(
            from: days.0, through: days.1,
            groupedBy: [.oauthClient, .user, .templateURI, .httpMethod, .platform])
        let sample = try #require(all.first { !$0.userID.isEmpty })
        for (filter, isKept) in [
            (#""oauthClientIds":["\#(sample.clientID)"]"#, { (row: World.Row) in row.clientID == sample.clientID }),
            (#""userIds":["\#(sample.userID)"]"#, { $0.userID == sample.userID }),
            (#""templateUris":["\#(sample.templateURI)"]"#, { $0.templateURI == sample.templateURI }),
            (#""httpMethods":["\#(sample.httpMethod)"]"#, { $0.httpMethod == sample.httpMethod }),
            (#""platforms":["\#(sample.platform)"]"#, { $0.platform == sample.platform }),
        ] {
            let rows = try await asker.jobPages(Asker.jobs, #"{"interval":"2025-09-01/2025-09-14",\#(filter)}"#)
                .flatMap { $0.entities ?? [] }
            #expect(rows.tallied == all.filter(isKept).map(JobRow.init).tallied)
        }
        let foreign = world.callingOrganizationIDs[1]
        let client = world.clients[1].id
        let rows = try await asker.jobPages(
            asker.clientJobs(client), #"{"interval":"2025-09-01/2025-09-14","organizationIds":["\#(foreign)"]}"#
        ).flatMap { $0.entities ?? [] }
        let truth = world.clientJobRows(of: client, from: days.0, through: days.1)
        #expect(rows.tallied == truth.filter { $0.organizationID == foreign }.map(JobRow.init).tallied)
    }

    @Test(arguments: [
        (#"{"interval":"2025-09-01/2025-09-02","groupBy":["OAuthClientId"]}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-02","groupBy":["OrganizationId"]}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-02","httpMethods":["TRACE"]}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-02","sortBy":[{"fieldName":"date","order":"Up"}]}"#, "invalid.value"),
        (#"{"interval":"2025-06-01/2025-08-31"}"#, "bad.request"),
        (#"{"interval":"2024-09-30/2024-10-02"}"#, "bad.request"),
        (#"{"interval":"yesterday"}"#, "invalid.date"),
        ("{}", "bad.request"),
    ])
    func `is refused for what it does not have`(_ body: String, _ code: String) async throws {
        let answer = try await Asker().post(Asker.jobs, body)
        #expect(answer.status == 400)
        #expect(try await answer.code() == code)
    }

    @Test(arguments: [
        #"{"interval":"2025-06-01/2025-08-30"}"#, #"{"interval":"2024-10-01/2024-10-02"}"#,
        #"{"interval":"2025-09-01/2025-09-02","sortBy":[{"fieldName":"date","order":"Desc"}]}"#,
    ])
    func `reaches over 90 days and back one year, and may be sorted`(_ body: String) async throws {
        #expect(try await Asker().post(Asker.jobs, body).status == 202)
    }

    @Test func `of a client has groupings of its own`() async throws {
        let asker = try await Asker()
        let path = asker.clientJobs(asker.simulator.clientID)
        for grouping in ["OauthClientId", "OauthClientName", "UserId"] {
            let body = #"{"interval":"2025-09-01/2025-09-02","groupBy":["\#(grouping)"]}"#
            #expect(asker.post(path, body).status == 400)
        }
    }

    @Test func `asks for the permission of its own family alone`() async throws {
        let older = Credential(clientID: "c", clientSecret: "S3cr3t", permissions: ["oauth:client:view"])
        let asker = try await Asker(credentials: [older])
        let client = asker.simulator.world.clients[1].id
        #expect(asker.submit(full).status == 400)
        #expect(asker.post("/api/v2/usage/simplesearch", #"{"interval":"2025-09-01"}"#).status == 400)
        #expect(asker.get("/api/v2/oauth/clients/\(client)/usage/summary").status < 300)
        let refused = asker.post(Asker.jobs, full)
        #expect(refused.status == 403)
        #expect(try await refused.text().contains("[usage:organization:view]"))
        #expect(try await asker.post(asker.clientJobs(client), full).text().contains("[usage:client:view]"))
    }

    @Test func `serves sixty thousand rows a day in as many pages as they need`() async throws {
        let world = World(seed: 1, size: World.Size(rowsADay: 60_000, isSteady: true))
        let asker = try await Asker(world: world)
        let body =
            #"{"interval":"2025-09-01/2025-09-01","granularity":"Day","groupBy":["OauthClientId","TemplateUri","HttpMethod","Platform"]}"#
        let pages = try await asker.jobPages(Asker.jobs, body)
        let rows = pages.reduce(0) { $0 + ($1.entities?.count ?? 0) }
        #expect(rows == world.jobRows(from: days.0, through: days.0).count)
        #expect(rows > 60_000)
    }
}
