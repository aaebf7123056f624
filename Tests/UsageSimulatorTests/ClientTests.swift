import Testing

@testable import UsageSimulator

@Suite struct `A client's query` {
    let days = (World.Day(2025, 9, 1), World.Day(2025, 9, 14))
    let full =
        #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OrganizationId","TemplateUri","HttpMethod"]}"#

    @Test func `answers the truth of that client, by calling organization`() async throws {
        let asker = try await Asker()
        let world = asker.simulator.world
        for client in world.clients {
            let rows = try await asker.clientRows(client.id, full)
            let truth = world.clientRows(of: client.id, from: days.0, through: days.1)
            #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
        }
        #expect(try await asker.clientRows(world.clients[24].id, full).isEmpty)
    }

    @Test func `has, for the own organization, what the organization query says of that client, and more for others`()
        throws
    {
        let world = World(seed: 7)
        var callers: Set<String> = []
        for client in world.clients {
            let rows = world.clientRows(
                of: client.id, from: days.0, through: days.1,
                groupedBy: [.oauthClient, .organization, .templateURI, .httpMethod])
            let own = rows.filter { $0.organizationID == world.organization.id }
            let known = world.rows(
                from: days.0, through: days.1, groupedBy: [.oauthClient, .organization, .templateURI, .httpMethod]
            ).filter { $0.clientID == client.id }
            #expect(own.tallied == known.tallied)
            callers.formUnion(rows.map(\.organizationID))
        }
        #expect(callers == Set(world.callingOrganizationIDs))
        #expect(callers.count == 3)
    }

    @Test func `sums to the same totals at every grouping, and follows a restatement`() throws {
        var world = World(seed: 5)
        world.restate(World.Day(2025, 9, 3))
        let client = world.clients[2].id
        let total = world.clientRows(of: client, from: days.0, through: days.1).reduce(0) { $0 + $1.requests }
        for grouping in [[.organization], [.templateURI], [.oauthClient], []] as [Set<World.Grouping>] {
            let rows = world.clientRows(
                of: client, from: days.0, through: days.1, groupedBy: grouping, granularity: .week)
            #expect(rows.reduce(0) { $0 + $1.requests } == total)
        }
        let own = world.clientRows(of: client, from: days.0, through: days.1)
            .filter { $0.organizationID == world.organization.id }
        let known = world.rows(from: days.0, through: days.1).filter { $0.clientID == client }
        #expect(own.map(\.counts).tallied == known.map(\.counts).tallied)
    }

    @Test func `has a path of its own for its results, which no other client shares`() async throws {
        let asker = try await Asker()
        let ids = asker.simulator.world.clients.map(\.id)
        let submitted = try await asker.post("/api/v2/oauth/clients/\(ids[0])/usage/query", full)
            .decoded(Submitted.self)
        let path = "/api/v2/oauth/clients/\(ids[0])/usage/query/results/\(submitted.executionId)"
        #expect(submitted.resultsUri == path)
        #expect(asker.get(path).status == 200)
        #expect(asker.get("/api/v2/oauth/clients/\(ids[1])/usage/query/results/\(submitted.executionId)").status == 404)
        #expect(asker.get("/api/v2/usage/query/\(submitted.executionId)/results").status == 404)
    }

    @Test func `knows no users and no unknown clients`() async throws {
        let asker = try await Asker()
        let path = "/api/v2/oauth/clients/\(asker.simulator.clientID)/usage/query"
        let byUser = asker.post(path, #"{"interval":"2025-09-01/2025-09-02","groupBy":["UserId"]}"#)
        #expect(byUser.status == 400)
        #expect(try await byUser.code() == "invalid.value")
        #expect(asker.post("/api/v2/oauth/clients/nobody/usage/query", full).status == 404)
        #expect(asker.get("/api/v2/oauth/clients/nobody/usage/summary").status == 404)
        #expect(asker.post("/api/v2/usage/client/nobody/aggregates/query/jobs", full).status == 404)
    }

    @Test func `can be refused for one client alone`() async throws {
        let asker = try await Asker()
        let ids = asker.simulator.world.clients.map(\.id)
        asker.simulator.rewrite {
            $0.faults = [
                Fault(.clientSubmit, mentioning: ids[1], .status(403)),
                Fault(.clientSubmit, mentioning: ids[2], .status(404)),
            ]
        }
        let statuses = ids[0...3].map { asker.post("/api/v2/oauth/clients/\($0)/usage/query", full).status }
        #expect(statuses == [202, 403, 404, 200])
    }
}

@Suite struct `A client's summary` {
    @Test func `can be told from a query by a fault that hits their results`() async throws {
        let asker = try await Asker()
        let client = "/api/v2/oauth/clients/\(asker.simulator.clientID)/usage"
        asker.simulator.rewrite { $0.faults = [Fault(.clientResults, mentioning: "usage/summary", .status(500))] }
        let summary = try await asker.get("\(client)/summary").decoded(Submitted.self).resultsUri
        let query = try await asker.post("\(client)/query", #"{"interval":"2025-09-01/2025-09-02"}"#)
            .decoded(Submitted.self).resultsUri
        #expect(asker.get(summary).status == 500)
        #expect(asker.get(query).status == 200)
    }

    @Test func `spans seven days up to the newest one, or as many as are asked for`() async throws {
        let asker = try await Asker()
        let simulator = asker.simulator
        let client = simulator.world.clients[1].id
        for (query, days) in [("", 7), ("days=30", 30), ("days=1", 1)] {
            let rows = try await asker.summaryRows(client, query: query)
            let truth = simulator.world.summaryRows(of: client, days: days, through: simulator.newestPublishedDay)
            #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
            #expect(rows.allSatisfy { $0.date ?? "" > "2025-08-31" })
        }
        #expect(simulator.world.summaryRows(of: client, days: 30, through: simulator.newestPublishedDay).count > 7)
    }

    @Test(arguments: Script.SummaryRows.allCases)
    func `has the rows that the script says`(_ shape: Script.SummaryRows) async throws {
        var script = Script()
        script.summaryRows = shape
        let asker = try await Asker(script: script)
        let simulator = asker.simulator
        let client = simulator.world.clients[1].id
        let rows = try await asker.summaryRows(client, query: "days=60")
        let truth = simulator.world
            .summaryRows(of: client, days: 60, through: simulator.newestPublishedDay, shape: shape)
        #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
        #expect(rows.allSatisfy { ($0.date != nil) == shape.isDated })
        #expect(rows.allSatisfy { $0.organizationId.isEmpty != shape.isByOrganization })
    }

    @Test(arguments: ["seven", "0", "-1", ""])
    func `is refused without a number of days`(_ days: String) async throws {
        let asker = try await Asker()
        let path = "/api/v2/oauth/clients/\(asker.simulator.clientID)/usage/summary"
        #expect(asker.get(path, query: "days=\(days)").status == 400)
    }

    @Test func `may have a maximum of days`() async throws {
        let asker = try await Asker()
        let simulator = asker.simulator
        let client = simulator.world.clients[1].id
        let path = "/api/v2/oauth/clients/\(client)/usage/summary"
        simulator.rewrite { $0.summaryDays = .refused }
        #expect(asker.get(path, query: "days=91").status == 400)
        #expect(asker.get(path, query: "days=90").status < 300)
        simulator.rewrite { $0.summaryDays = .clamped }
        let rows = try await asker.summaryRows(client, query: "days=200")
        let truth = simulator.world.summaryRows(of: client, days: 90, through: simulator.newestPublishedDay)
        #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
    }
}
