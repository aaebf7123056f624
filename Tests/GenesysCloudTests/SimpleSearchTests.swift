import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct SimpleSearchTests {
    @Test(arguments: [1, 2, 3], [0, 60, 999, 1_000, 1_001, 2_500])
    func `what is found equals the truth`(seed: UInt64, rows: Int) async throws {
        var size = World.Size(rowsADay: max(rows, 1), isSteady: true)
        if rows == 0 { size.firstDay = World.Day(2025, 10, 1) }
        let trial = try await SimpleSearchTrial.run(world: World(seed: seed, size: size))
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.isTrue)
        let report = try #require(trial.report)
        #expect(report.rows == Int64(trial.truth.count))
        #expect(report.doubt == nil)
        #expect(report.sharedNames == trial.sharedNames)
        #expect(report.unknownFields == [:])
        #expect(report.parts == [])
        #expect(!report.isProvenByTotals)
        #expect(trial.searches == 1)
        #expect(trial.organizationQueries == 0)
        // One that is running, then the pages: none more than the rows need.
        #expect(trial.pages == 1 + max((rows + 999) / 1_000, 1))
        #expect(report.requests == trial.ledger.entries.count)
    }

    @Test func `the question is asked in the canonical form, and cursors arrive as they were given`() async throws {
        let trial = try await SimpleSearchTrial.run(world: SimpleSearchTrial.world(rows: 2_500))
        let body = try #require(trial.ledger.entries(of: .searchSubmit).first?.body)
        #expect(
            body == #"{"interval":"2025-09-05T00:00:00.000Z/2025-09-05T23:59:59.999Z","#
                + #""metrics":["Date","ClientName","HttpMethod","TemplateUri","Status200","Status300","Status400","#
                + #""Status500","Status429"]}"#)
        let queries = trial.ledger.entries(of: .searchResults).map(\.query)
        #expect(queries.allSatisfy { $0.hasPrefix("pageSize=1000") })
        let cursors = queries.compactMap { $0.split(separator: "after=").dropFirst().first }
        #expect(cursors.count == 2)
        for cursor in cursors {
            #expect(cursor.contains("%2B") && cursor.contains("%2F") && cursor.contains("%3D"))
            #expect(!cursor.contains { "+/=".contains($0) })
        }
    }

    @Test(arguments: Script.EndOfCursors.allCases, Script.RunningPages.allCases)
    func `the last page may say that it is the last in any form, and a running one may tell a cursor`(
        end: Script.EndOfCursors, running: Script.RunningPages
    ) async throws {
        for rows in [60, 1_000, 1_500] {
            let trial = try await SimpleSearchTrial.run(world: SimpleSearchTrial.world(rows: rows)) {
                $0.endOfCursors = end
                $0.runningPages = running
            }
            #expect(trial.failure == nil)
            #expect(trial.isTrue)
        }
    }

    @Test(arguments: Script.unknowns.flatMap { unknown in unknown.settings.map { "\(unknown.name)=\($0)" } })
    func `whatever the contract leaves open, the day is found whole`(setting: String) async throws {
        var changed = Script()
        try changed.set(setting)
        let script = changed
        let trial = try await SimpleSearchTrial.run(world: SimpleSearchTrial.world(rows: 1_500)) { $0 = script }
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.isTrue)
        #expect(trial.report?.doubt == nil)
    }

    // MARK: Names

    @Test(arguments: [6, 12, 24], [false, true])
    func `rows of clients that share a name are summed, and the name is told`(
        sharing: Int, isOrdinary: Bool
    ) async throws {
        let world = SimpleSearchTrial.world(rows: 1_800, sharingAName: sharing, isOrdinary: isOrdinary)
        let trial = try await SimpleSearchTrial.run(world: world)
        #expect(trial.isTrue)
        #expect(trial.rows.count < 1_800)
        let report = try #require(trial.report)
        #expect(report.sharedNames.contains("Shared Name"))
        #expect(report.sharedNames == trial.sharedNames)
    }

    @Test func `clients that are told by id are kept by id, whatever their names`() async throws {
        let world = SimpleSearchTrial.world(rows: 1_800, sharingAName: 9)
        let trial = try await SimpleSearchTrial.run(world: world) { $0.searchClientIDs = .filled }
        #expect(trial.isTrue)
        #expect(trial.rows.count == 1_800)
        #expect(trial.rows.allSatisfy { $0.identity.statedClientName.isEmpty })
        #expect(trial.report?.sharedNames == [])
    }

    @Test func `two rows of one id are a wrong answer`() async throws {
        let trial = try await SimpleSearchTrial.run([try Fault("search-complete=row:duplicate")]) {
            $0.searchClientIDs = .filled
        }
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains("two rows are of 2025-09-05, client ") == true)
        #expect(trial.rows == [])
    }

    @Test func `a sum that does not fit is a wrong answer`() async throws {
        let row = #"{"clientName":"S","templateUri":"api/v2/users","httpMethod":"GET","status200":\#(Int64.max)}"#
        let body = #"{"results":[\#(row),\#(row)],"queryStatus":"Complete"}"#
        let trial = try await SimpleSearchTrial.run([Trial.json(.searchResults, .always, body)])
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains("do not fit 64 bits when summed") == true)
        #expect(trial.book.entries.map(\.ends) == [[.abandoned]])
    }

    @Test func `names that only look the same are two`() async throws {
        func row(_ name: String) -> String {
            #"{"clientName":"\#(name)","templateUri":"api/v2/users","httpMethod":"GET","status200":1}"#
        }
        let body = #"{"results":[\#(row("caf\u{E9}")),\#(row("cafe\u{301}"))],"queryStatus":"Complete"}"#
        let trial = try await SimpleSearchTrial.run([Trial.json(.searchResults, .always, body)])
        #expect(trial.rows.count == 2)
        #expect(trial.report?.sharedNames == [])
    }

    // MARK: Rows

    @Test func `requests are computed when they are absent, and taken as they are when stated`() async throws {
        func row(_ name: String, _ rest: String) -> String {
            #"{"clientName":"\#(name)","status200":1,"status300":2,"status400":4,"status429":3,"status500":8\#(rest)}"#
        }
        let body = #"{"results":[\#(row("a", "")),\#(row("b", #","requests":99"#))],"queryStatus":"Complete"}"#
        let trial = try await SimpleSearchTrial.run([Trial.json(.searchResults, .always, body)])
        #expect(trial.rows.map(\.counts.requests) == [15, 99])
    }

    @Test func `a row without a date is of the day asked for`() async throws {
        let trial = try await SimpleSearchTrial.run([try Fault("search-complete=row:-date")])
        #expect(trial.failure == nil)
        #expect(trial.isTrue)
    }

    @Test(arguments: [
        (#"row:date="2025-09-04T00:00:00Z""#, "outside the days asked for: 2025-09-04"),
        (#"row:date="2025-09-06T00:00:00Z""#, "outside the days asked for: 2025-09-06"),
        ("row:date=null", "date: is null"), (#"row:date="2025-09-05T01:00:00Z""#, "no midnight in UTC"),
        (#"row:clientName="a\u0000""#, "clientName: has a character U+0000"), ("row:status200=-1", "is negative"),
        (#"row:clientName="\#(String(repeating: "x", count: 2_049))""#, "clientName: has 2049 bytes"),
        ("row:status500=null", "status500: is null"), ("row:status200=1.5", "status200"),
        (#"row:requests="1""#, "requests"),
    ])
    func `a wrong row fails the day, naming row and field`(change: String, text: String) async throws {
        let trial = try await SimpleSearchTrial.run([try Fault("search-complete=\(change)")])
        let failure = try #require(trial.failure)
        #expect(failure.kind == .badAnswer)
        for part in [text, "row 0", "simplesearch 2025-09-05", "correlation id "] {
            #expect(failure.description.contains(part), "\(failure)")
        }
        #expect(trial.rows == [])
        #expect(trial.book.entries.map(\.ends) == [[.abandoned]])
    }

    @Test func `unknown fields are counted over all pages`() async throws {
        let trial = try await SimpleSearchTrial.run(
            world: SimpleSearchTrial.world(rows: 2_500), [try Fault(#"search-complete=row:region="eu""#)])
        #expect(trial.isTrue)
        #expect(trial.report?.unknownFields == ["results.region": 3])
    }
}
