import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct SimpleSearchPageTests {
    private static let world = SimpleSearchTrial.world(rows: 3_500)

    @Test(arguments: [
        ("search-complete#2=page:same-cursor", "page 2 names a further page that was read before"),
        ("search-complete#2=page:repeated", "page 3 has the same rows as an earlier one"),
        ("search-complete#2=page:short", "page 2 has 500 rows instead of 1000, yet names a further page"),
        ("search-complete=page:endless", "page 4 has 500 rows instead of 1000, yet names a further page"),
        ("search-complete=page:loop", "page 4 has 500 rows instead of 1000, yet names a further page"),
        ("search-complete#4=page:loop", "page 4 has 500 rows instead of 1000, yet names a further page"),
    ])
    func `a chain of pages that is no whole is refused, and none of it is given out`(
        fault: String, text: String
    ) async throws {
        let trial = try await SimpleSearchTrial.run(world: Self.world, [try Fault(fault)])
        let failure = try #require(trial.failure)
        #expect(failure.kind == .badAnswer)
        #expect(failure.description.contains(text), "\(failure)")
        #expect(trial.rows == [])
        #expect(trial.report == nil)
        #expect(trial.book.entries.map(\.ends) == [[.abandoned]])
    }

    @Test(arguments: [("page:endless", "page 4 has no row"), ("page:loop", "page 4 has the same rows")])
    func `so is one that does not end after its last full page`(fault: String, text: String) async throws {
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 3_000), [try Fault("search-complete=\(fault)")])
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains(text) == true, "\(String(describing: trial.failure))")
        #expect(trial.rows == [])
    }

    @Test func `a page that is longer than asked for is refused`() async throws {
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 1_000), [try Fault("search-complete=row:duplicate")])
        #expect(trial.failure?.description.contains("page 1 has 1001 rows, more than the 1000") == true)
        #expect(trial.rows == [])
    }

    @Test(arguments: ["page:skipping", "page:overlapping"])
    func `what a chain cannot show is seen in the totals of the day`(fault: String) async throws {
        let fault = try Fault("search-complete#1=\(fault)")
        try await Account.run(world: Self.world, script: Script(faults: [fault])) { account in
            let trial = try await SimpleSearchTrial.run(account)
            let report = try #require(trial.report)
            #expect(!trial.isTrue)
            #expect(!report.isProvenByTotals)
            let totals = try await account.source.fetchTotals(
                SimpleSearchTrial.window(), recorder: Diary().recorder)
            #expect(totals.shares.map(\.counts.requests).reduce(0, +) != trial.rows.map(\.counts.requests).reduce(0, +))
        }
    }

    @Test func `an answer that ends with an empty page behind a cursor is compared with the organization query`()
        async throws
    {
        // As an execution could look whose results were dropped before the third page was asked for.
        let empty = Fault(
            .completeSearchResults, .range(3...4),
            .raw(200, contentType: "application/json", body: #"{"results":[],"queryStatus":"Complete"}"#))
        let cut = try await SimpleSearchTrial.run(world: Self.world, [empty])
        #expect(!cut.isTrue)
        #expect(cut.failure == nil)
        #expect(cut.report?.doubt?.contains("differ from its organization query") == true)
        #expect(cut.report?.parts.count == 1)
        let whole = try await SimpleSearchTrial.run(world: SimpleSearchTrial.world(rows: 2_000)) {
            $0.rowLimit = 2_000
            $0.rowLimitBehavior = .cutWithCursor
        }
        #expect(whole.isTrue)
        let told = try await SimpleSearchTrial.run(world: SimpleSearchTrial.world(rows: 2_001)) {
            $0.rowLimit = 2_000
            $0.rowLimitBehavior = .cutWithCursor
        }
        #expect(!told.isTrue)
        #expect(told.report?.doubt?.contains("differ from its organization query") == true)
    }

    @Test func `a cursor that leads nowhere is an execution that is lost, twice`() async throws {
        let trial = try await SimpleSearchTrial.run(
            world: Self.world, [try Fault("search-complete=page:dead-cursor")])
        #expect(trial.failure?.kind == .unavailable)
        #expect(trial.rows == [])
        #expect(trial.book.entries.map(\.ends) == [[.lost], [.lost]])
    }

    @Test(arguments: [
        "search-complete#3=404", "search-complete#2=cut:2000", "search-complete#2-4=503", "search-complete#2=reset",
        "search-complete#3=429,retry-after:20", "search-results#4=expire-token", "search-complete#2=status:Failed",
        "search-complete#3=status:Running", "search-submit#1=503,retry-after:1", "search-results#2=status:Failed",
        "search-complete#2=html:502",
    ])
    func `a fault that passes leaves no trace, wherever in the chain it comes`(fault: String) async throws {
        let trial = try await SimpleSearchTrial.run(world: Self.world, [try Fault(fault)])
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.isTrue)
        #expect(trial.report?.submission == trial.book.entries.last?.submission)
        #expect(trial.book.entries.last?.ends == [.complete])
    }

    @Test func `an execution that is lost between its pages is submitted again and read from its first page`()
        async throws
    {
        let trial = try await SimpleSearchTrial.run(world: Self.world, [try Fault("search-complete#3=404")])
        #expect(trial.isTrue)
        #expect(trial.searches == 2)
        #expect(trial.book.entries.map(\.ends) == [[.lost], [.complete]])
    }

    @Test(arguments: ["search-complete#3=503", "search-complete#3-99=429,retry-after:900"])
    func `a fetch that stopped between its pages goes on with the same execution`(fault: String) async throws {
        let fault = try Fault(fault.replacing("#3=", with: "#3-99="))
        try await Account.run(world: Self.world, script: Script(faults: [fault])) { account in
            let book = SearchBook()
            let stopped = try await SimpleSearchTrial.run(account, book: book)
            #expect(stopped.failure != nil)
            #expect(stopped.rows == [])
            #expect(book.entries.map(\.ends) == [[]])
            account.simulator.rewrite { $0.faults = [] }
            account.clock.advance(by: .seconds(900))
            let resumed = try await SimpleSearchTrial.run(account, book: book)
            #expect(resumed.isTrue)
            #expect(resumed.searches == 1)
            #expect(resumed.report?.submission == stopped.book.entries.first?.submission)
        }
    }
}
