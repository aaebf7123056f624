import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct ClientSummaryTests {
    @Test(arguments: Script.SummaryRows.allCases, [1, 7, 30])
    func `a summary equals the truth, however its rows are grouped`(shape: Script.SummaryRows, days: Int) async throws {
        let world = World(seed: 3, size: World.Size(clients: 4, rowsADay: 100, isSteady: true))
        var script = Script()
        script.summaryRows = shape
        try await Account.run(world: world, script: script) { account in
            let window = try Dataset.clientSummary.window(in: world)
            let (summary, report) = try await account.source.fetchSummary(
                window, days: days, recorder: Diary().recorder)
            let truth = account.simulator.world.summaryRows(
                of: window.clientID, days: days, through: account.simulator.newestPublishedDay, shape: shape)
            #expect(truth.count > 10)
            #expect(summary.days == days)
            #expect(Set(summary.rows) == Set(truth.map(ClientSummary.Row.init)))
            #expect(summary.rows.count == truth.count)
            #expect(summary.rows.allSatisfy { ($0.day != nil) == shape.isDated })
            #expect(report.rows == Int64(truth.count))
            #expect(report.requests == account.simulator.ledger.entries.count)
            let submit = try #require(account.simulator.ledger.entries(of: .clientSummary).first)
            #expect(submit.method == "GET")
            #expect(submit.query == "days=\(days)")
        }
    }

    @Test func `another number of days is another question`() async throws {
        try await Account.run { account in
            let window = try Dataset.clientSummary.window(in: account.simulator.world)
            let diary = Diary()
            for days in [7, 30] {
                _ = try await account.source.fetchSummary(window, days: days, recorder: diary.recorder)
            }
            #expect(Set(diary.queries).count == 2)
        }
    }

    private func probe(_ rows: String) async throws -> Probe {
        let body = #"{"results":[\#(rows)],"queryStatus":"Complete"}"#
        return try await Probe.run(
            .clientSummary, raw: [Fault(.clientResults, .raw(200, contentType: "application/json", body: body))])
    }

    @Test func `rows with a day and rows without one may stand side by side`() async throws {
        let probe = try await probe(
            #"{"templateUri":"t","requests":3},{"templateUri":"t","requests":2,"date":"2025-10-31T00:00:00Z"},"#
                + #"{"templateUri":"t","requests":1,"date":"2019-01-01"},{"templateUri":"u","requests":1,"date":null}"#)
        #expect(probe.failure == nil)
        #expect(probe.summary?.rows.map(\.day) == [nil, Day("2025-10-31"), Day("2019-01-01"), nil])
        #expect(probe.summary?.rows.map(\.counts.requests) == [3, 2, 1, 1])
    }

    @Test(arguments: [
        (
            #"{"templateUri":"t","requests":1},{"templateUri":"t","requests":2}"#,
            "row 1 has the identity of an earlier one"
        ),
        (#"{"requests":1,"date":"2025-10-31T12:00:00Z"}"#, "date: is no midnight in UTC"),
        (#"{"requests":1,"date":"yesterday"}"#, "date: is no midnight in UTC"),
        (#"{"requests":-1}"#, "requests: is negative"), (#"{"templateUri":"t"}"#, "every other counter"),
        (#"{"requests":1,"clientId":"another"}"#, "clientId: names another OAuth client"),
    ])
    func `a summary with a wrong row is refused`(rows: String, text: String) async throws {
        let probe = try await probe(rows)
        #expect(probe.failure?.kind == .badAnswer)
        #expect(probe.failure?.description.contains(text) == true, "\(String(describing: probe.failure))")
        #expect(probe.diary.lines.last == "ended 1 abandoned")
    }

    @Test func `a summary of more rows than anybody believes is refused`() async throws {
        let rows = (0...SummaryRows.limit).lazy.map { #"{"templateUri":"\#($0)","requests":1}"# }
        let probe = try await probe(rows.joined(separator: ","))
        #expect(probe.failure?.kind == .badAnswer)
        #expect(probe.failure?.description.contains("more than 200000 rows") == true)
    }

    @Test func `a summary longer than is read is refused`() async throws {
        let probe = try await probe(
            (0..<68).map {
                "{\"requests\":1,\"templateUri\":\"\($0)\",\"x\":\"\(String(repeating: "x", count: 1_000_000))\"}"
            }
            .joined(separator: ","))
        #expect(probe.failure?.kind == .badAnswer)
        #expect(probe.failure?.description.contains("limit of 67108864 bytes") == true)
    }

    @Test func `an answer that names a further page is doubted`() async throws {
        let body = #"{"results":[],"queryStatus":"Complete","cursors":{"after":"x"}}"#
        let probe = try await Probe.run(
            .clientSummary, raw: [Fault(.clientResults, .raw(200, contentType: "application/json", body: body))])
        #expect(probe.report?.doubt?.contains("cursors.after") == true)
    }
}

extension ClientSummary.Row {
    init(_ row: World.Row) {
        self.init(
            day: row.day.map { Day(daysSinceEpoch: $0.number) }, callingOrganizationID: row.organizationID,
            userID: row.userID, templateURI: row.templateURI, httpMethod: row.httpMethod,
            counts: UsageCounts(row.counts))
    }
}
