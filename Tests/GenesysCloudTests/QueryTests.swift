import FoundationEssentials
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct QueryTests {
    @Test func `the recorded real answer comes out whole`() async throws {
        try await Account.run(world: World.recorded()) { account in
            let list = RowList()
            let diary = Diary()
            let report = try await account.source.fetch(
                OrganizationQuery(try Window.days("2020-02-01", "2020-02-28"), byUser: false), into: list,
                recorder: diary.recorder)
            #expect(report.rows == 128)
            #expect(list.rows.count == 128)
            #expect(list.rows.map(\.counts.requests).reduce(0, +) == 1_130)
            #expect(report.unknownFields == [:])
            #expect(report.submission == SubmissionID(rawValue: 1))
            #expect(diary.lines == ["intend 1", "accepted 1", "ended 1 complete"])
            #expect(report.requests == account.simulator.ledger.entries.count)
        }
    }

    @Test(
        arguments: [("2025-09-01", "2025-09-30"), ("2024-02-28", "2024-02-29"), ("2025-10-31", "2025-10-31")],
        [false, true])
    func `what is fetched equals the truth`(days: (String, String), byUser: Bool) async throws {
        try await Account.run { account in
            let list = RowList()
            let window = try Window.days(days.0, days.1)
            _ = try await account.source.fetch(
                OrganizationQuery(window, byUser: byUser), into: list, recorder: Diary().recorder)
            var grouping: Set<World.Grouping> = [.oauthClient, .templateURI, .httpMethod]
            if byUser { grouping.insert(.user) }
            let truth = account.simulator.world.rows(
                from: World.Day(number: window.firstDay.daysSinceEpoch),
                through: World.Day(number: window.lastDay.daysSinceEpoch), groupedBy: grouping)
            #expect(!truth.isEmpty)
            #expect(Set(list.rows) == Set(truth.map(UsageRow.init)))
            #expect(list.rows.count == truth.count)
        }
    }

    @Test func `totals by OAuth client equal the truth`() async throws {
        try await Account.run { account in
            let totals = try await account.source.fetchTotals(
                .days("2025-09-01", "2025-09-30"), recorder: Diary().recorder)
            let truth = account.simulator.world.rows(
                from: World.Day(2025, 9, 1), through: World.Day(2025, 9, 30), groupedBy: [.oauthClient],
                granularity: nil)
            let expected = truth.map {
                UsageTotals.Share(id: $0.clientID, name: $0.clientName, counts: UsageCounts($0.counts))
            }
            #expect(totals.shares.sorted { $0.id < $1.id } == expected.sorted { $0.id < $1.id })
            #expect(totals.requests == account.simulator.ledger.entries.count)
        }
    }

    @Test func `the question is asked in the canonical form, with an end that includes its day`() async throws {
        try await Account.run { account in
            _ = try await account.source.fetch(
                OrganizationQuery(try Window.days("2025-09-01", "2025-09-03"), byUser: true), into: RowList(),
                recorder: Diary().recorder)
            let body = try #require(account.simulator.ledger.entries(of: .submit).first?.body)
            #expect(
                body == #"{"granularity":"Day","groupBy":["OAuthClientId","TemplateUri","HttpMethod","UserId"],"#
                    + #""interval":"2025-09-01T00:00:00.000Z/2025-09-03T23:59:59.999Z","#
                    + #""metrics":["Status200","Status300","Status400","Status500","Status429","Requests"]}"#)
        }
    }

    @Test func `an intent is written before its submission and the execution before it is polled`() async throws {
        try await Account.run { account in
            let ledger = account.simulator.ledger
            let diary = Diary { "\($0): \(ledger.count(of: .submit)) submits, \(ledger.count(of: .results)) polls" }
            _ = try await account.source.fetch(
                OrganizationQuery(try Window.days("2025-09-01", "2025-09-03"), byUser: false), into: RowList(),
                recorder: diary.recorder)
            #expect(
                diary.lines == [
                    "intend 1: 0 submits, 0 polls", "accepted 1: 1 submits, 0 polls",
                    "ended 1 complete: 1 submits, 2 polls",
                ])
        }
    }

    @Test func `an open execution is polled instead of submitting again`() async throws {
        try await Account.run { account in
            let window = try Window.days("2025-09-01", "2025-09-03")
            account.simulator.rewrite { $0.faults = [Fault(.results, .always, .status(403))] }
            let before = Diary()
            _ = try await account.failure {
                _ = try await $0.fetch(
                    OrganizationQuery(window, byUser: false), into: RowList(), recorder: before.recorder)
            }
            account.simulator.rewrite { $0.faults = [] }
            let path = try #require(account.simulator.ledger.entries(of: .results).first?.path)
            let id = ExecutionID(rawValue: String(path.split(separator: "/")[4]))
            let diary = Diary(open: OpenExecution(submission: SubmissionID(rawValue: 42), execution: id))
            let list = RowList()
            let report = try await account.source.fetch(
                OrganizationQuery(window, byUser: false), into: list, recorder: diary.recorder)
            #expect(report.submission == SubmissionID(rawValue: 42))
            #expect(Int64(list.rows.count) == report.rows)
            #expect(diary.lines == ["ended 42 complete"])
            #expect(account.simulator.ledger.count(of: .submit) == 1)
        }
    }

    @Test func `polls become rarer up to a minute and never come faster than two seconds`() async throws {
        var script = Script()
        script.runningPolls = 12
        script.submitStatus = .accepted
        try await Account.run(script: script) { account in
            _ = try await account.source.fetch(
                OrganizationQuery(try Window.days("2025-09-01", "2025-09-03"), byUser: false), into: RowList(),
                recorder: Diary().recorder)
            let times = account.simulator.ledger.entries.filter { $0.endpoint != .token }.map(\.time)
            let gaps = zip(times.dropFirst(), times).map { $0.timeIntervalSince($1) }
            #expect(gaps.count == 13)
            for (gap, expected) in zip(gaps, [2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78, 34.17, 51.26, 60, 60, 60, 60]) {
                #expect(abs(gap - expected) < 0.3)
            }
        }
    }

    @Test func `a submission answered with 200 may be polled at once`() async throws {
        var script = Script()
        script.runningPolls = 0
        script.submitStatus = .ok
        try await Account.run(script: script) { account in
            _ = try await account.source.fetch(
                OrganizationQuery(try Window.days("2025-09-01", "2025-09-03"), byUser: false), into: RowList(),
                recorder: Diary().recorder)
            #expect(account.clock.now.offset < .seconds(2))
        }
    }

    @Test func `the share of the allowance is never exceeded`() async throws {
        var script = Script()
        script.requestsAMinute = 30
        try await Account.run(script: script) { account in
            for _ in 0..<100 { _ = try await account.source.organization() }
            let entries = account.simulator.ledger.entries(of: .organization)
            for (index, entry) in entries.enumerated() {
                let minute = entries[index...].prefix { $0.time.timeIntervalSince(entry.time) < 60 }
                #expect(minute.count <= 24)
            }
        }
    }

    @Test func `many tasks at once cause no 429`() async throws {
        var script = Script()
        script.requestsAMinute = 30
        try await Account.run(script: script) { account in
            try await withThrowingTaskGroup { group in
                for _ in 0..<5 {
                    group.addTask { for _ in 0..<20 { _ = try await account.source.organization() } }
                }
                try await group.waitForAll()
            }
            #expect(account.simulator.ledger.entries.allSatisfy { $0.status == 200 })
        }
    }
}

extension UsageRow {
    init(_ row: World.Row) {
        self.init(
            identity: RowIdentity(
                day: Day(daysSinceEpoch: row.day?.number ?? 0), clientID: row.clientID, userID: row.userID,
                templateURI: row.templateURI, httpMethod: row.httpMethod, platform: row.platform),
            clientName: row.clientName,
            counts: UsageCounts(row.counts)
        )
    }
}

extension UsageCounts {
    init(_ counts: World.Counts) {
        self.init(
            requests: counts.requests,
            statusCounts: StatusCounts(
                status200: counts.status200, status300: counts.status300, status400: counts.status400,
                status429: counts.status429, status500: counts.status500)
        )
    }
}
