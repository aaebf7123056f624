import Testing

@testable import UsageSimulator

@Suite struct `A page fault` {
    let query = #"{"interval":"2025-09-01/2025-09-01"}"#

    /// The pages of a search of 2,500 rows, when this happens to the second of them.
    private func pages(_ fault: PageFault, _ occurrence: Fault.Occurrence = .nth(2)) async throws -> [Results] {
        var script = Script(faults: [Fault(.completeSearchResults, occurrence, .page(fault))])
        script.runningPolls = 0
        let asker = try await Asker(world: `A simple search`.world(rows: 2_500), script: script)
        return try await asker.pages(query, most: 8)
    }

    private func cursors(_ pages: [Results]) -> [String] { pages.compactMap { $0.cursors?.after } }

    private func clean() async throws -> [AnsweredRow] {
        let asker = try await Asker(world: `A simple search`.world(rows: 2_500))
        return try await asker.pages(query).flatMap(\.results)
    }

    @Test func `repeats the cursor`() async throws {
        let pages = try await pages(.sameCursor)
        #expect(cursors(pages)[0] == cursors(pages)[1])
        #expect(pages[1].results == pages[2].results)
        #expect(try await self.pages(.sameCursor, .always).count == 8)
    }

    @Test func `repeats a page under a new cursor`() async throws {
        let pages = try await pages(.repeated)
        #expect(pages[1].results == pages[2].results)
        #expect(Set(cursors(pages)).count == cursors(pages).count)
        #expect(pages.map(\.results.count) == [1_000, 1_000, 1_000, 500])
    }

    @Test func `shortens a page in the middle, and loses nothing`() async throws {
        let pages = try await pages(.short)
        #expect(pages.map(\.results.count) == [1_000, 500, 1_000])
        #expect(try await pages.flatMap(\.results).tallied == clean().tallied)
    }

    @Test func `goes on for ever with new cursors`() async throws {
        let pages = try await pages(.endless, .always)
        #expect(pages.map(\.results.count) == [1_000, 1_000, 500, 0, 0, 0, 0, 0])
        #expect(Set(cursors(pages)).count == 8)
    }

    @Test func `goes round in a circle with new cursors`() async throws {
        let pages = try await pages(.loop, .always)
        #expect(pages.map(\.results.count) == [1_000, 1_000, 500, 1_000, 1_000, 500, 1_000, 1_000])
        #expect(pages[0].results == pages[3].results)
        #expect(Set(cursors(pages)).count == 8)
    }

    @Test func `loses a page without a word`() async throws {
        let pages = try await pages(.skipping, .nth(1))
        #expect(pages.map(\.results.count) == [1_000, 500])
    }

    @Test func `serves a row on two pages`() async throws {
        let pages = try await pages(.overlapping)
        #expect(pages.map(\.results.count) == [1_000, 1_000, 501])
        #expect(pages[1].results.last == pages[2].results.first)
    }

    @Test func `leads nowhere`() async throws {
        var script = Script(faults: [Fault(.completeSearchResults, .page(.deadCursor))])
        script.runningPolls = 0
        let asker = try await Asker(script: script)
        let path = try await asker.searched(query)
        let after = try #require(try await asker.get(path).decoded(Results.self).cursors?.after)
        #expect(asker.get(path, query: "after=\(asker.encoded(after))").status == 404)
    }

    @Test func `caps a page and its chain`() async throws {
        var script = Script(faults: [Fault(.completeSearchResults, .nth(2), .cap(rows: 10))])
        script.runningPolls = 0
        let asker = try await Asker(world: `A simple search`.world(rows: 2_500), script: script)
        #expect(try await asker.pages(query).map(\.results.count) == [1_000, 10])
    }

    @Test func `names another host in nextUri`() async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.completeJobsResults, .page(.foreignHost))]))
        let page = try await asker.jobPages(Asker.jobs, query, pageSize: 10)[0]
        #expect(page.nextUri?.hasPrefix("https://api.elsewhere.invalid/api/v2/usage/aggregates/query/jobs/") == true)
    }

    @Test(arguments: [PageFault.repeated, .overlapping, .short, .skipping])
    func `hits jobs as it hits searches`(_ fault: PageFault) async throws {
        let asker = try await Asker()
        let rows = try await asker.jobPages(Asker.jobs, query, pageSize: 10).map { $0.entities?.count ?? 0 }
        asker.simulator.rewrite { $0.faults = [Fault(.completeJobsResults, .nth(1), .page(fault))] }
        let spoiled = try await asker.jobPages(Asker.jobs, query, pageSize: 10).map { $0.entities?.count ?? 0 }
        let difference = spoiled.reduce(0, +) - rows.reduce(0, +)
        #expect(difference == [.repeated: 10, .overlapping: 1, .short: 0, .skipping: -10][fault])
    }

    @Test func `spoils a row of a job, nested members and all`() async throws {
        let asker = try await Asker()
        asker.simulator.rewrite {
            $0.faults = [
                Fault(.completeJobsResults, .row(RowFault(.set(field: "oauthClient", json: #"{"name":"x"}"#))))
            ]
        }
        let rows = try await asker.jobPages(Asker.jobs, query).flatMap { $0.entities ?? [] }
        #expect(rows[0].oauthClient == JobRow.Client(id: nil, name: "x", selfUri: nil))
        #expect(rows[0].requestCount != nil)
    }
}
