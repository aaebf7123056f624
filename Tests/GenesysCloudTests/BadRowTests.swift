import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct BadRowTests {
    @Test(arguments: [
        (RowFault.wrongType, "requests"), (.negative, "status200: is negative: -1"), (.fractional, "requests"),
        (.tooLarge, "9223372036854775808"), (.missingDate, "date: is absent"),
        (.nulCharacter, "clientName: has a character U+0000"),
        (.dated(World.Day(2025, 8, 31)), "outside the days asked for: 2025-08-31"),
        (.dated(World.Day(2025, 9, 11)), "outside the days asked for: 2025-09-11"),
        (RowFault(.set(field: "date", json: "null")), "date: is null"), (.nullCounter, "status500: is null"),
        (RowFault(.set(field: "date", json: #""2025-09-02T01:00:00Z""#)), "date: is no midnight in UTC"),
        (RowFault(.set(field: "date", json: #""2025-02-30""#)), "date: is no midnight in UTC"),
        (RowFault(.set(field: "date", json: "20250902")), "date"),
        (RowFault(.set(field: "clientId", json: "{}")), "clientId"),
        (
            RowFault(.set(field: "templateUri", json: "\"\(String(repeating: "x", count: 2_049))\"")),
            "templateUri: has 2049 bytes"
        ),
        (RowFault(.set(field: "requests", json: "1e2")), "requests"),
        (RowFault(.set(field: "status429", json: "true")), "status429"),
    ])
    func `a bad row fails the fetch, naming row, byte and field`(fault: RowFault, text: String) async throws {
        let spoiled = RowFault(row: 3, fault.change)
        let trial = try await Trial.run([Fault(.completeResults, .always, .row(spoiled))])
        let failure = try #require(trial.failure)
        #expect(failure.kind == .badAnswer)
        for part in [text, "row 3", "byte ", "correlation id "] {
            #expect(failure.description.contains(part), "\(failure)")
        }
        #expect(trial.diary.last == "ended 1 abandoned")
        #expect(trial.submits == 1)
    }

    @Test(arguments: [
        RowFault.nullClient, .missingCounter, .duplicate, .dated(World.Day(2025, 9, 1)),
        RowFault(.set(field: "date", json: #""2025-09-02""#)),
        RowFault(.set(field: "date", json: #""2025-09-02T00:00:00.000+00:00""#)),
        RowFault(.set(field: "templateUri", json: #""/with/a/slash""#)), RowFault(.remove(field: "userId")),
        RowFault(.set(field: "requests", json: "9223372036854775807")),
    ])
    func `a row that is only unusual is taken`(fault: RowFault) async throws {
        let trial = try await Trial.run([Fault(.completeResults, .always, .row(fault))])
        #expect(trial.failure == nil, "\(String(describing: trial.failure))")
        #expect(trial.rows.count >= trial.truth)
    }

    @Test func `requests that are absent are the sum of the statuses`() async throws {
        let row =
            #"{"clientId":"a","status200":1,"status300":2,"status400":4,"status429":3,"status500":8,"date":"2025-09-02"}"#
        let huge = #"{"status200":9223372036854775807,"status500":1,"date":"2025-09-02"}"#
        let trial = try await Trial.run([
            Trial.json(.results, .always, #"{"results":[\#(row)],"queryStatus":"Complete"}"#)
        ])
        #expect(trial.rows.map(\.counts.requests) == [15])
        let overflow = try await Trial.run([
            Trial.json(.results, .always, #"{"results":[\#(huge)],"queryStatus":"Complete"}"#)
        ])
        #expect(overflow.failure?.description.contains("does not fit 64 bits") == true)
    }

    @Test func `a row without any counter states nothing`() async throws {
        let trial = try await Trial.run([
            Trial.json(
                .results, .always, #"{"results":[{"clientId":"a","date":"2025-09-02"}],"queryStatus":"Complete"}"#)
        ])
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains("every other counter") == true)
    }

    @Test func `an answer that names a further page is doubted`() async throws {
        let row = #"{"clientId":"a","requests":1,"date":"2025-09-02"}"#
        let trial = try await Trial.run([
            Trial.json(
                .results, .always, #"{"results":[\#(row)],"queryStatus":"Complete","cursors":{"after":"x"}}"#)
        ])
        #expect(trial.report?.doubt?.contains("cursors.after") == true)
    }

    @Test func `what was not grouped by is left out of the identity`() async throws {
        let row =
            #"{"clientId":"a","userId":"u","organizationId":"o","templateUri":"/t","requests":1,"date":"2025-09-02"}"#
        let trial = try await Trial.run([
            Trial.json(.results, .always, #"{"results":[\#(row)],"queryStatus":"Complete"}"#)
        ])
        let identity = try #require(trial.rows.first?.identity)
        #expect(identity.userID == "")
        #expect(identity.callingOrganizationID == "")
        #expect(identity.templateURI == "/t")
    }

    @Test func `unknown fields are counted`() async throws {
        let trial = try await Trial.run("complete=row:region=\"eu\"", "complete=row@1:region=7")
        #expect(trial.report?.unknownFields == ["results.region": 1])
        let body =
            #"{"results":[{"date":"2025-09-02","requests":1,"x":1},{"date":"2025-09-02","requests":1,"x":[]}],"#
            + #""queryStatus":"Complete","y":{}}"#
        let other = try await Trial.run([Trial.json(.results, .always, body)])
        #expect(other.report?.unknownFields == ["results.x": 2, "y": 1])
    }

    @Test func `a body cut with a proper end is a bad answer, not repeated`() async throws {
        let trial = try await Trial.run("complete=truncate:2000")
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains("byte 2000") == true)
        #expect(trial.polls == 2)
        #expect(trial.diary.last == "ended 1 abandoned")
    }

    @Test func `a body above the limit is a bad answer`() async throws {
        let trial = try await Trial.run([], answerLimit: 1_000)
        #expect(trial.failure?.kind == .badAnswer)
        #expect(trial.failure?.description.contains("limit of 1000 bytes") == true)
        #expect(trial.diary.last == "ended 1 abandoned")
    }
}
