import Testing

@testable import UsageSimulator

@Suite struct `A simple search` {
    let day = World.Day(2025, 9, 1)
    let query = #"{"interval":"2025-09-01/2025-09-01"}"#

    static func world(rows: Int) -> World {
        World(seed: 1, size: World.Size(rowsADay: rows, isSteady: true))
    }

    @Test func `answers the truth by name, page by page`() async throws {
        let asker = try await Asker(world: Self.world(rows: 2_500))
        let pages = try await asker.pages(query)
        #expect(pages.map(\.results.count) == [1_000, 1_000, 500])
        let rows = pages.flatMap(\.results)
        let truth = asker.simulator.world.searchRows(from: day, through: day)
        #expect(rows.map(known).tallied == truth.map(AnsweredRow.init).map(known).tallied)
        #expect(rows.allSatisfy { $0.clientId.isEmpty && $0.requests == nil && $0.date == "2025-09-01T00:00:00Z" })
        #expect(rows.contains { $0.clientName == "usaged" })
    }

    @Test func `has cursors that must be encoded, and takes no others`() async throws {
        let asker = try await Asker(world: Self.world(rows: 200))
        let path = try await asker.searched(query)
        let other = try await asker.searched(query)
        _ = asker.get(path)
        let after = try #require(try await asker.get(path).decoded(Results.self).cursors?.after)
        #expect(after.contains("+") && after.contains("/") && after.hasSuffix("="))
        #expect(asker.get(path, query: "after=\(asker.encoded(after))").status == 200)
        #expect(asker.get(path, query: "after=\(after)").status == 400)
        #expect(asker.get(path, query: "after=anything").status == 400)
        _ = asker.get(other)
        #expect(asker.get(other, query: "after=\(asker.encoded(after))").status == 400)
    }

    @Test(arguments: ["0", "1001", "many", ""])
    func `has pages of 1 to 1000 rows`(_ size: String) async throws {
        let asker = try await Asker()
        let path = try await asker.searched(query)
        _ = asker.get(path)
        #expect(asker.get(path, query: "pageSize=\(size)").status == 400)
    }

    @Test func `filters by name, method and template, and knows values without rows`() async throws {
        let asker = try await Asker(world: Self.world(rows: 800))
        let world = asker.simulator.world
        var filter = World.Filter()
        filter.oauthClientNames = ["Billing Sync", "Café"]
        filter.httpMethods = ["GET", "TRACE"]
        filter.templateURIs = Array(world.templateURIs.prefix(12)) + ["api/v2/never"]
        let uris = filter.templateURIs.map { "\"\($0)\"" }.joined(separator: ",")
        let rows = try await asker.pages(
            """
            {"interval":"2025-09-01/2025-09-01","oauthClientNames":["Billing Sync","Café"],
             "httpMethods":["GET","TRACE"],"templateUris":[\(uris)]}
            """
        ).flatMap(\.results)
        let truth = world.searchRows(from: day, through: day, filter: filter)
        #expect(!truth.isEmpty)
        #expect(rows.map(known).tallied == truth.map(AnsweredRow.init).map(known).tallied)
        #expect(rows.allSatisfy { $0.httpMethod == "GET" })
        // The name that merely looks the same has other bytes.
        #expect(rows.allSatisfy { $0.clientName.unicodeScalars.count != 5 })
    }

    @Test func `has two rows of one identity where two clients share a name`() async throws {
        var size = World.Size(clients: 6, rowsADay: 1_000, isSteady: true)
        size.clientsSharingAName = 3
        let asker = try await Asker(world: World(seed: 1, size: size))
        #expect(asker.simulator.world.clients.count { $0.name == "Shared Name" } == 3)
        struct Identity: Hashable { let name, uri, method: String }
        let rows = try await asker.pages(query).flatMap(\.results)
        let counts = rows.map { Identity(name: $0.clientName, uri: $0.templateUri, method: $0.httpMethod) }.tallied
        #expect(counts.values.contains { $0 > 1 })
        #expect(counts.allSatisfy { $0.value == 1 || $0.key.name == "Shared Name" })
        #expect(rows.count == 1_000)
    }

    @Test(arguments: [
        (#"{"interval":"2025-09-01/2025-09-01","metrics":["Requests"]}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-01","granularity":"Day"}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-01","groupBy":["TemplateUri"]}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-01","httpMethods":["FETCH"]}"#, "invalid.value"),
        (#"{"interval":"yesterday"}"#, "invalid.date"),
        ("{}", "bad.request"),
    ])
    func `is refused for what it does not have`(_ body: String, _ code: String) async throws {
        let answer = try await Asker().post("/api/v2/usage/simplesearch", body)
        #expect(answer.status == 400)
        #expect(try await answer.code() == code)
    }

    @Test func `has the columns that were selected`() async throws {
        let asker = try await Asker()
        asker.simulator.rewrite { $0.unselectedMetrics = .absent }
        let rows = try await asker.pages(
            #"{"interval":"2025-09-01/2025-09-14","metrics":["ClientName","Status429"]}"#
        ).flatMap(\.results)
        #expect(rows.allSatisfy { $0.date == nil && $0.templateUri.isEmpty && $0.status200 == nil })
        let throttled = asker.simulator.world.rows(from: day, through: World.Day(2025, 9, 14))
            .reduce(0) { $0 + $1.counts.status429 }
        #expect(rows.reduce(0) { $0 + ($1.status429 ?? 0) } == throttled)
    }

    @Test func `serves sixty thousand rows in as many pages as they need`() async throws {
        var script = Script()
        script.rowLimitBehavior = .unlimited
        let asker = try await Asker(world: Self.world(rows: 60_000), script: script)
        let pages = try await asker.pages(query)
        #expect(pages.count == 60)
        #expect(pages.reduce(0) { $0 + $1.results.count } == 60_000)
    }

    /// A row without its total, which simple searches do not tell.
    private func known(_ row: AnsweredRow) -> AnsweredRow {
        AnsweredRow(
            clientId: row.clientId, clientName: row.clientName, organizationId: row.organizationId,
            userId: row.userId, templateUri: row.templateUri, httpMethod: row.httpMethod, status200: row.status200,
            status300: row.status300, status400: row.status400, status500: row.status500, status429: row.status429,
            requests: nil, date: row.date)
    }
}

@Suite struct `The row limit of a simple search` {
    let query = #"{"interval":"2025-09-01/2025-09-01"}"#

    private func asker(_ behavior: Script.RowLimitBehavior, limit: Int = 2_000) async throws -> Asker {
        var script = Script()
        script.rowLimitBehavior = behavior
        script.rowLimit = limit
        script.runningPolls = 0
        return try await Asker(world: `A simple search`.world(rows: 2_500), script: script)
    }

    @Test func `is 20,000`() {
        #expect(Script().rowLimit == 20_000)
    }

    @Test func `can cut without a word`() async throws {
        #expect(try await asker(.cut).pages(query).map(\.results.count) == [1_000, 1_000])
        #expect(try await asker(.cut, limit: 1_500).pages(query).map(\.results.count) == [1_000, 500])
    }

    @Test func `can cut and leave a cursor`() async throws {
        #expect(try await asker(.cutWithCursor).pages(query).map(\.results.count) == [1_000, 1_000, 0])
        #expect(try await asker(.cutWithCursor, limit: 2_500).pages(query).map(\.results.count) == [1_000, 1_000, 500])
    }

    @Test func `can refuse`() async throws {
        let asker = try await asker(.refused)
        #expect(asker.get(try await asker.searched(query)).status == 400)
        let filtered = try await asker.searched(#"{"interval":"2025-09-01/2025-09-01","httpMethods":["GET"]}"#)
        #expect(asker.get(filtered).status == 200)
    }

    @Test func `can be none at all`() async throws {
        #expect(try await asker(.unlimited).pages(query).map(\.results.count) == [1_000, 1_000, 500])
    }
}
