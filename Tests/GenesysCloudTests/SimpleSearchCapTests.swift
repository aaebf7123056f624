import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct SimpleSearchCapTests {
    /// Most searches that a day may need once it is known to be large.
    private static func most(rows: Int, cap: Int) -> Int {
        2 * ((rows + cap - 1) / cap) + 9
    }

    /// Whether all submissions of a trial are told of: those of the report end with it, all others have ended.
    private static func isClosed(_ trial: SimpleSearchTrial) -> Bool {
        guard let report = trial.report else { return false }
        let told = [report.submission] + report.parts
        let left = trial.book.entries.filter { !told.contains($0.submission) }
        return Set(told).count == told.count && report.parts.allSatisfy { report.submission < $0 || isProof($0) }
            && told.allSatisfy { trial.book.entry($0)?.ends == [.complete] }
            && left.allSatisfy { $0.ends.last == .abandoned }

        func isProof(_ submission: SubmissionID) -> Bool {
            trial.book.entry(submission)?.query.part == "organization_query"
        }
    }

    // MARK: At full size

    @Test func `a day of 55000 rows comes out complete although nothing is known of it`() async throws {
        let trial = try await SimpleSearchTrial.run(world: SimpleSearchTrial.world(rows: 55_000))
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.isTrue)
        #expect(trial.report?.isProvenByTotals == true)
        #expect(trial.report?.doubt == nil)
        #expect(trial.searches <= 1 + Self.most(rows: 55_000, cap: 20_000))
        #expect(trial.organizationQueries == 1)
        #expect(Self.isClosed(trial))
    }

    @Test func `once learned, it needs few searches`() async throws {
        let world = SimpleSearchTrial.world(seed: 8, rows: 55_000, sharingAName: 17)
        let trial = try await SimpleSearchTrial.run(world: world, expectedRows: 54_321)
        #expect(trial.isTrue)
        #expect(trial.report?.isProvenByTotals == true)
        #expect(trial.searches <= Self.most(rows: 55_000, cap: 20_000))
        #expect(trial.organizationQueries == 1)
        #expect(Self.isClosed(trial))
        // Nothing was read in vain.
        let complete = trial.ledger.entries(of: .searchResults).count - trial.searches
        #expect(complete <= 55 + trial.searches)
    }

    // MARK: At a small size

    @Test(arguments: [1, 2], [0, 17])
    func `a large day is found whole and proven, by any names`(seed: UInt64, sharing: Int) async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 200)
        let rows = 2_000 + Int(seed) * 137
        let world = SimpleSearchTrial.world(seed: seed, rows: rows, sharingAName: sharing, isOrdinary: seed % 2 == 0)
        for expected: Int64? in [nil, 2_000] {
            let trial = try await SimpleSearchTrial.run(
                world: world, expectedRows: expected, limits: limits, alter: alter)
            #expect(trial.failure == nil, "\(String(describing: trial.failure))")
            #expect(trial.isTrue)
            let report = try #require(trial.report)
            #expect(report.isProvenByTotals)
            #expect(report.doubt == nil)
            #expect(report.rows == Int64(trial.truth.count))
            #expect(report.sharedNames == trial.sharedNames)
            #expect(report.requests == trial.ledger.entries.count)
            #expect(trial.searches <= Self.most(rows: rows, cap: 200) + (expected == nil ? 1 : 0))
            #expect(Self.isClosed(trial))
        }
    }

    @Test func `the filters of all searches are valid and together name every method once`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 500)
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 1_500), expectedRows: 1_500, limits: limits, alter: alter)
        #expect(trial.isTrue)
        let bodies = trial.ledger.entries(of: .searchSubmit).map(\.body)
        for method in SearchPlanner.httpMethods {
            #expect(bodies.count { $0.contains("\"\(method.text)\"") } == 1)
        }
    }

    @Test func `a day that is smaller than expected is one search, proven all the same`() async throws {
        let trial = try await SimpleSearchTrial.run(expectedRows: 18_000)
        #expect(trial.isTrue)
        #expect(trial.searches == 1)
        #expect(trial.report?.isProvenByTotals == true)
    }

    @Test(arguments: Script.RowLimitBehavior.allCases, [nil, 2_000])
    func `whatever happens at the cap, the day is found whole`(
        behavior: Script.RowLimitBehavior, expected: Int64?
    ) async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 1_000)
        let world = SimpleSearchTrial.world(rows: 3_300)
        let trial = try await SimpleSearchTrial.run(world: world, expectedRows: expected, limits: limits) {
            alter(&$0)
            $0.rowLimitBehavior = behavior
        }
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.isTrue)
        #expect(trial.report?.isProvenByTotals == true)
        #expect(Self.isClosed(trial))
    }

    @Test(arguments: Script.RowLimitBehavior.allCases)
    func `a day of exactly as many rows as the cap is taken for cut, and proven in parts`(
        behavior: Script.RowLimitBehavior
    ) async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 1_000)
        let world = SimpleSearchTrial.world(rows: 1_000)
        let trial = try await SimpleSearchTrial.run(world: world, limits: limits) {
            alter(&$0)
            $0.rowLimitBehavior = behavior
        }
        #expect(trial.isTrue)
        #expect(trial.searches > 1)
        #expect(trial.report?.isProvenByTotals == true)
    }

    // MARK: What cannot be proven

    @Test func `a part that is cut shows as a difference from the organization query, named`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 500)
        let fault = Fault(.completeSearchResults, .always, mentioning: "\"PUT\"", .cap(rows: 50))
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 1_200, isOrdinary: true), [fault], expectedRows: 1_200,
            limits: limits, alter: alter)
        #expect(trial.failure == nil)
        let report = try #require(trial.report)
        #expect(!report.isProvenByTotals)
        let doubt = try #require(report.doubt)
        #expect(doubt.hasPrefix("the searches of the day differ from its organization query: "))
        #expect(doubt.contains("requests too few; \""))
        #expect(doubt.contains("instead of"))
        #expect(doubt.utf8.count < 1_500)
        #expect(report.rows == Int64(trial.rows.count))
    }

    @Test func `a credential that may only search finds the day by its methods, in doubt`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 1_000)
        for expected: Int64? in [nil, 3_000] {
            let trial = try await SimpleSearchTrial.run(
                world: SimpleSearchTrial.world(rows: 3_000), expectedRows: expected, limits: limits,
                permissions: ["usage:simpleSearch:view"], alter: alter)
            #expect(trial.isTrue)
            #expect(trial.searches == (expected == nil ? 10 : 9))
            let report = try #require(trial.report)
            #expect(!report.isProvenByTotals)
            #expect(report.doubt?.contains("could not be compared with its organization query") == true)
            #expect(report.doubt?.contains("status 403") == true)
        }
    }

    @Test func `a part that cannot be divided any more makes the day doubtful`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 500)
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 6_000), limits: limits, permissions: ["usage:simpleSearch:view"],
            alter: alter)
        let doubt = try #require(trial.report?.doubt)
        #expect(doubt.contains("the cap of 500 rows is reached in the part with methods \""))
        #expect(doubt.contains("and in 5 other parts of the day, which cannot be divided"))
        #expect(!trial.isTrue)
        #expect(trial.report?.isProvenByTotals == false)
    }

    @Test func `a day of which little is known beforehand is found by what its searches show, in doubt`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 20)
        // The organization query knows few of the rows, so nearly every search reaches the cap.
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 5_000), [try Fault("complete=cap:200")], limits: limits, alter: alter)
        #expect(trial.failure == nil)
        #expect(trial.rows.count > 1_000)
        #expect(trial.report?.doubt?.contains("differ from its organization query") == true)
    }

    @Test(arguments: [400, 403, 409])
    func `results that are refused for another reason fail the day`(status: Int) async throws {
        let trial = try await SimpleSearchTrial.run([Fault(.searchResults, .status(status))])
        let failure = try #require(trial.failure)
        #expect(failure.kind == .refused)
        #expect(failure.description.contains("status \(status)"))
        #expect(failure.requests == trial.ledger.entries.count)
        #expect(trial.searches == 1)
        #expect(trial.rows == [])
    }

    @Test func `a row that was not searched for is a wrong answer: filters do not work then`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 500)
        for (field, text) in [
            ("httpMethod", "httpMethod: was not searched for: \"LOCK\""),
            ("clientName", "clientName: was not searched for: \"LOCK\""),
        ] {
            let trial = try await SimpleSearchTrial.run(
                world: SimpleSearchTrial.world(rows: 5_000, isOrdinary: true),
                [try Fault(#"search-complete#2=row:\#(field)="LOCK""#)], expectedRows: 5_000, limits: limits,
                alter: alter)
            #expect(trial.failure?.kind == .badAnswer)
            #expect(trial.failure?.description.contains(text) == true, "\(String(describing: trial.failure))")
        }
    }

    // MARK: Going on

    @Test func `a fetch that stopped between its parts submits none of them again`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 500)
        var script = Script(faults: [Fault(.completeSearchResults, .range(3...99), .status(503))])
        alter(&script)
        try await Account.run(world: SimpleSearchTrial.world(rows: 5_000), script: script) { account in
            let book = SearchBook()
            let stopped = try await SimpleSearchTrial.run(account, expectedRows: 5_000, limits: limits, book: book)
            #expect(stopped.failure?.kind == .unavailable)
            #expect(stopped.searches == 3)
            account.simulator.rewrite { $0.faults = [] }
            let submitted = book.entries.count
            let resumed = try await SimpleSearchTrial.run(account, expectedRows: 5_000, limits: limits, book: book)
            #expect(resumed.isTrue)
            #expect(resumed.report?.isProvenByTotals == true)
            // But one without rows: an execution whose results were dropped could look the same.
            let lost = book.entries.filter { $0.ends.last == .lost }
            #expect(lost.count <= 1)
            let told = book.entries.filter { $0.ends.last != .lost }
            #expect(Set(told.map(\.query)).count == told.count)
            #expect(resumed.report?.parts.count == told.count - 1)
            #expect(resumed.organizationQueries == 1)
            #expect(submitted == 4)
            // The oldest submission whose rows are stored.
            #expect(resumed.report?.submission == told.first { $0.query.part != "organization_query" }?.submission)
        }
    }

    @Test func `a part that fails takes the others' rows with it, but not their executions`() async throws {
        let (limits, alter) = SimpleSearchTrial.small(cap: 500)
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 5_000), [try Fault("search-complete#3=row:status200=-1")],
            expectedRows: 5_000, limits: limits, alter: alter)
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains("methods ") == true, "\(String(describing: trial.failure))")
        #expect(trial.book.entries.map(\.ends) == [[.complete], [.complete], [.complete], [.abandoned]])
    }
}
