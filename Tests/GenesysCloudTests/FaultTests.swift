import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct FaultTests {
    private static let complete = ["intend 1", "accepted 1", "ended 1 complete"]
    private static let abandoned = ["intend 1", "accepted 1", "ended 1 abandoned"]
    private static let leftOpen = ["intend 1", "accepted 1"]

    @Test(arguments: [
        "complete#1=cut:2000", "complete#1-3=cut:0", "results#1=reset", "complete#1=503", "complete#1-7=502",
        "complete#1-2=500", "complete#1=429,retry-after:30", "complete#1=408", "complete#1=html:504",
        "complete=drip:3000:1", "results#2=expire-token", "submit#1=503", "submit#1=reset",
        "submit#1=429,retry-after:2",
        "submit=delay:50", "token#1=503",
    ])
    func `a fault that passes leaves no trace in the rows`(fault: String) async throws {
        let trial = try await Trial.run(fault)
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.rows.count == trial.truth)
        #expect(Set(trial.rows.map(\.identity)).count == trial.truth)
        #expect(trial.diary == Self.complete)
    }

    @Test(arguments: [
        ("complete=503", FetchFailureKind.unavailable, "status 503"),
        ("complete=500", .unavailable, "status 500"),
        ("complete=cut:2000", .unavailable, "the connection broke"),
        ("complete=429,retry-after:600", .rateLimited(retryAfter: .seconds(600)), "status 429"),
    ])
    func `a fault that stays leaves the execution open to be polled later`(
        fault: String, kind: FetchFailureKind, text: String
    ) async throws {
        let trial = try await Trial.run(fault)
        let failure = try #require(trial.failure)
        #expect(failure.kind == kind)
        #expect(failure.description.contains(text))
        #expect(failure.description.contains("correlation id "))
        #expect(failure.description.hasPrefix("reading organization_query 2025-09-01..2025-09-10, execution "))
        #expect(trial.diary == Self.leftOpen)
        #expect(trial.submits == 1)
    }

    @Test(arguments: [400, 403, 409, 413, 415])
    func `results that are refused for good are given up`(status: Int) async throws {
        let trial = try await Trial.run("results=\(status)")
        #expect(trial.failure?.kind == .refused)
        #expect(trial.failure?.correlationID != nil)
        #expect(trial.polls == 1)
        #expect(trial.diary == Self.abandoned)
    }

    @Test(arguments: [400, 403, 404, 409, 413, 415])
    func `a submission that is refused leaves nothing behind`(status: Int) async throws {
        let trial = try await Trial.run("submit=\(status)")
        let failure = try #require(trial.failure)
        #expect(failure.kind == .refused)
        #expect(failure.description.hasPrefix("submitting organization_query 2025-09-01..2025-09-10: "))
        #expect(failure.correlationID != nil)
        #expect(trial.submits == 1)
        #expect(trial.diary == ["intend 1", "ended 1 rejected"])
    }

    @Test(arguments: [
        ("submit=503", "abandoned"), ("submit=reset", "abandoned"), ("submit=429,retry-after:900", "rejected"),
    ])
    func `a submission that may have been accepted is not called rejected`(fault: String, end: String) async throws {
        let trial = try await Trial.run(fault)
        #expect(trial.failure != nil)
        #expect(trial.diary == ["intend 1", "ended 1 \(end)"])
    }

    @Test(arguments: [
        "{}", #"{"executionId":""}"#, #"{"executionId":null}"#, #"{"executionId":7}"#, #"{"executionId":"a\u0000"}"#,
        "<p>", "",
    ])
    func `a submission without a usable id is a bad answer`(body: String) async throws {
        let trial = try await Trial.run([Trial.json(.submit, .always, body)])
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.diary == ["intend 1", "ended 1 abandoned"])
    }

    @Test func `an id with any characters cannot lead to another path`() async throws {
        try await Account.run { account in
            let id = ExecutionID(rawValue: "../../a b?c#%\u{E9}")
            let diary = Diary(open: OpenExecution(submission: SubmissionID(rawValue: 1), execution: id))
            account.simulator.rewrite { $0.faults = [Fault(.submit, .always, .status(400))] }
            _ = try await account.failure {
                _ = try await $0.fetch(
                    OrganizationQuery(try Window.days("2025-09-01", "2025-09-01"), byUser: false), into: RowList(),
                    recorder: diary.recorder)
            }
            let asked = try #require(account.simulator.ledger.entries.first { $0.method == "GET" })
            #expect(asked.endpoint == .results)
            #expect(diary.lines.first == "ended 1 lost")
        }
    }

    // MARK: Query status

    @Test func `a failed execution is submitted again, later`() async throws {
        let trial = try await Trial.run("results#1-2=status:Failed")
        #expect(trial.failure == nil)
        #expect(trial.rows.count == trial.truth)
        #expect(
            trial.diary == [
                "intend 1", "accepted 1", "ended 1 failed", "intend 2", "accepted 2", "ended 2 failed", "intend 3",
                "accepted 3", "ended 3 complete",
            ])
        #expect(trial.report?.submission == SubmissionID(rawValue: 3))
    }

    @Test func `an execution that fails for the third time is an error`() async throws {
        let trial = try await Trial.run("results=status:Failed")
        #expect(trial.failure?.kind == .unavailable)
        #expect(trial.submits == 3)
        #expect(trial.diary.last == "ended 3 failed")
    }

    @Test func `an unknown status is waited for like a running execution, and told`() async throws {
        let trial = try await Trial.run("results#1-3=status:Preparing")
        #expect(trial.failure == nil)
        #expect(trial.rows.count == trial.truth)
        #expect(trial.submits == 1)
        #expect(trial.report?.unknownFields == ["status \"Preparing\"": 3])
    }

    @Test func `an unknown status to the end of patience is named, and its execution stays open`() async throws {
        let trial = try await Trial.run("results=status:Expired")
        #expect(trial.failure?.kind == .unavailable)
        #expect(trial.failure?.description.contains("\"Expired\"") == true)
        #expect(trial.diary == ["intend 1", "accepted 1"])
        // Half an hour of questions that are further and further apart.
        #expect((20...60).contains(trial.polls))
    }

    @Test func `an execution that is unknown is submitted once more`() async throws {
        let trial = try await Trial.run("results#1=404")
        #expect(trial.rows.count == trial.truth)
        #expect(
            trial.diary == ["intend 1", "accepted 1", "ended 1 lost", "intend 2", "accepted 2", "ended 2 complete"])
        let again = try await Trial.run("results=404")
        #expect(again.failure?.kind == .unavailable)
        #expect(again.submits == 2)
    }

    @Test func `rows of an answer that is still running do not count`() async throws {
        let row = #"{"clientId":"early","requests":1,"date":"2025-09-02T00:00:00Z"}"#
        for body in [
            #"{"results":[\#(row)],"queryStatus":"Running"}"#, #"{"queryStatus":"Running","results":[\#(row)]}"#,
        ] {
            let trial = try await Trial.run([Trial.json(.results, .nth(1), body)])
            #expect(trial.failure == nil)
            #expect(trial.restarts == 1)
            #expect(trial.rows.count == trial.truth)
            #expect(!trial.rows.contains { $0.identity.clientID == "early" })
        }
    }

    @Test(arguments: [
        (#"{"queryStatus":"Complete"}"#, "results is no array"),
        (#"{"queryStatus":"Complete","results":null}"#, "no array"),
        (#"{"results":[]}"#, "queryStatus is missing"),
        (#"{"results":[],"queryStatus":null}"#, "queryStatus is missing"),
        (#"{"queryStatus":"Complete","results":{}}"#, "results"), (#"{"queryStatus":7,"results":[]}"#, "queryStatus"),
        ("[]", "byte 0"), ("", "empty"), ("<!DOCTYPE html>", "HTML"), ("null", "byte 0"),
        (#"{"results":[],"queryStatus":"Complete"} x"#, "after the end"),
    ])
    func `an answer of another shape is refused, naming what`(body: String, text: String) async throws {
        let trial = try await Trial.run([Trial.json(.results, .always, body)])
        let failure = try #require(trial.failure)
        #expect(failure.kind == .badAnswer)
        #expect(failure.description.contains(text), "\(failure)")
        #expect(failure.correlationID != nil)
        #expect(trial.diary == Self.abandoned)
    }

    @Test func `an execution that runs too long is left open`() async throws {
        let trial = try await Trial.run([]) { $0.runningPolls = 1_000 }
        #expect(trial.failure?.kind == .unavailable)
        #expect(trial.failure?.description.contains("still running") == true)
        #expect(trial.diary == Self.leftOpen)
    }

    @Test func `a cancelled fetch leaves the execution open`() async throws {
        var script = Script()
        script.submitStatus = .accepted
        try await Account.run(script: script, clock: TestClock()) { account in
            let diary = Diary()
            let task = Task {
                try await account.source.fetch(
                    OrganizationQuery(try Window.days("2025-09-01", "2025-09-01"), byUser: false), into: RowList(),
                    recorder: diary.recorder)
            }
            while diary.lines.count < 2 {
                await account.clock.sleepers(1)
                if diary.lines.count < 2 { account.clock.advance(by: .seconds(1)) }
            }
            await account.clock.sleepers(1)
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(diary.lines == Self.leftOpen)
        }
    }

    @Test func `what the recorder throws stops everything`() async throws {
        struct Broken: Error {}
        try await Account.run { account in
            var recorder = Diary().recorder
            recorder.accepted = { _, _ in throw Broken() }
            await #expect(throws: Broken.self) {
                _ = try await account.source.fetch(
                    OrganizationQuery(try Window.days("2025-09-01", "2025-09-01"), byUser: false), into: RowList(),
                    recorder: recorder)
            }
            #expect(account.simulator.ledger.count(of: .results) == 0)
        }
    }
}
