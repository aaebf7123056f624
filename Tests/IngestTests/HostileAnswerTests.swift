import FoundationEssentials
import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// Answers that were made to do harm, through the whole path: the simulator sends them, a pass reads them, the database
/// keeps what it had.
@Suite(.database, .timeLimit(.minutes(30)))
struct HostileAnswerTests {
    private static let week = "2025-01-01..2025-01-07"

    private static func rows(_ rows: String) -> String { #"{"results":[\#(rows)],"queryStatus":"Complete"}"# }

    /// Bodies, and what the failure must say.
    private static let answers: [(name: String, body: String, reason: String)] = [
        ("deep", #"{"x":\#(String(repeating: "[", count: 2_000_000))"#, "more than 64 objects and arrays are nested"),
        (
            "deep in a row", rows(#"{"clientId":\#(String(repeating: #"{"a":"#, count: 100_000))"#),
            "row 0, clientId: found an object, expected a string"
        ),
        (
            "huge number", rows(#"{"clientId":"a","requests":\#(String(repeating: "9", count: 100_000))}"#),
            "requests: the integer 999999999999999999999999 does not fit 64 bits"
        ),
        ("exponent", rows(#"{"clientId":"a","requests":1e400}"#), "requests: the number has a fraction or an exponent"),
        ("long text", rows(#"{"clientId":"\#(String(repeating: "a", count: 3_000_000))"}"#), "longer than the limit"),
        ("lone surrogate", rows(#"{"clientId":"\ud800"}"#), #"clientId: \uD800 is half of a surrogate pair"#),
        ("duplicate key", rows(#"{"clientId":"a","client\u0049d":"b"}"#), "the key \"clientId\" occurs twice"),
        ("control character", rows("{\"clientId\":\"a\u{1}\"}"), "clientId: unescaped control character"),
        ("byte order mark", "\u{FEFF}" + rows(""), "byte order mark"),
        ("spaces", String(repeating: " ", count: 8_000_000), "the body is empty"),
        ("many keys", rows("{" + (0..<30_000).map { #""k\#($0)":0"# }.joined(separator: ",") + "}"), "row 0"),
        ("rows that are none", rows("null"), "row 0: found null, expected an object"),
        ("rows as text", #"{"results":"[]","queryStatus":"Complete"}"#, "results: found a string, expected an array"),
        ("status as number", #"{"results":[],"queryStatus":7}"#, "queryStatus: found a number, expected a string"),
        ("nothing after it", rows("") + "\u{0}", "after the end of the JSON document"),
    ]

    @Test(arguments: answers.map(\.name))
    func `a hostile answer fails its window with the place named, and what was stored stays`(name: String) async throws
    {
        let answer = try #require(Self.answers.first { $0.name == name })
        try await PassBench.with(World(seed: 31, size: .init(rowsADay: 5))) { bench in
            #expect(try await bench.backfill(Self.week).isComplete)
            let before = try await bench.stored()
            bench.simulator.rewrite {
                $0.faults = [
                    Fault(.completeResults, .always, .raw(200, contentType: "application/json", body: answer.body))
                ]
            }
            let report = try await bench.backfill("2025-01-03..2025-01-03", refetching: true)
            #expect(report.summary.windowsFailed == 1)
            #expect(try await bench.stored() == before)
            let reason = try #require(
                try await bench.texts("SELECT last_error FROM usage.coverage WHERE usage_date = '2025-01-03'").first)
            #expect(reason.contains(answer.reason), "\(reason)")
            #expect(reason.utf8.count < 2_000)
            #expect(try await bench.states() == ["covered": 7])
            // The next honest answer is taken.
            bench.simulator.rewrite { $0.faults = [] }
            #expect(try await bench.backfill("2025-01-03..2025-01-03", refetching: true).isComplete)
        }
    }

    @Test(arguments: [1, 7])
    func `an answer that comes in drops is read as the same`(bytes: Int) async throws {
        let script = Script(faults: [Fault(.completeResults, .always, .drip(bytes: bytes, every: .zero))])
        try await PassBench.with(World(seed: 32, size: .init(rowsADay: 3)), script: script) { bench async throws in
            #expect(try await bench.backfill(Self.week).isComplete)
            #expect(try await bench.stored() == bench.truth(Self.week))
        }
    }

    /// What the small documents around the rows may hold instead of what they should.
    private static let documents: [String] = [
        String(repeating: "[", count: 200_000), String(repeating: #"{"a":"#, count: 100_000), "null", "[]", "7",
        "\"x\"",
        "", " ", "<html></html>", "{}", #"{"id":7,"access_token":7,"executionId":7,"entities":7}"#,
        #"{"id":null,"access_token":null,"executionId":null,"entities":null}"#,
        #"{"id":[],"access_token":{},"executionId":[],"entities":{}}"#,
        #"{"id":"\ud800","access_token":"\ud800","executionId":"\ud800"}"#,
        #"{"id":"\u0000","access_token":"\u0000","executionId":"\u0000","entities":[{"id":"\u0000"}]}"#,
        #"{"access_token":"a","expires_in":1e400}"#, #"{"access_token":"a","expires_in":-1}"#,
        #"{"executionId":"\#(String(repeating: "x", count: 500_000))"}"#,
        #"{"id":"\#(String(repeating: "x", count: 2_000_000))"}"#,
        #"{"entities":[\#(String(repeating: "{},", count: 10_000)){}],"nextUri":"//elsewhere.test"}"#,
        #"{"entities":[],"nextUri":"\\\\elsewhere.test\\x"}"#,
        #"{"entities":[],"nextUri":"https://user:pw@127.0.0.1/x"}"#,
        #"{"entities":[],"nextUri":"/%2F%2Felsewhere.test/%2e%2e/x"}"#,
    ]

    @Test(arguments: [Endpoint.token, .organization, .clients, .limits, .submit])
    func `a hostile document around the rows ends with an error or without harm`(endpoint: Endpoint) async throws {
        try await PassBench.with(World(seed: 33, size: .init(rowsADay: 3))) { bench in
            for (number, document) in Self.documents.enumerated() {
                bench.simulator.rewrite {
                    let answer = Fault.Effect.raw(200, contentType: "application/json", body: document)
                    $0.faults = [Fault(endpoint, .always, answer)]
                }
                let (before, asked) = (try await bench.stored(), bench.simulator.ledger.entries.count)
                let report = try await bench.backfill("2025-01-01..2025-01-01", refetching: true)
                let after = try await bench.stored()
                if report.isComplete {
                    #expect(try after == bench.truth("2025-01-01..2025-01-01"), "document \(number)")
                } else {
                    #expect(after == before, "document \(number)")
                }
                #expect(report.sourceFailures.allSatisfy { $0.reason.utf8.count < 4_000 }, "document \(number)")
                // Nothing is asked in a circle.
                #expect(bench.simulator.ledger.entries.count - asked < 60, "document \(number)")
            }
        }
    }

    @Test func `a hostile body of an error is quoted shortly`() async throws {
        let bodies = [
            "e" + String(repeating: "\u{301}", count: 30_000), String(repeating: "[", count: 300_000), "\u{1B}[2J",
        ]
        try await PassBench.with(World(seed: 34, size: .init(rowsADay: 3))) { bench in
            for (status, body) in [400, 403, 404, 409, 500].flatMap({ status in bodies.map { (status, $0) } }) {
                bench.simulator.rewrite {
                    $0.faults = [Fault(.submit, .always, .raw(status, contentType: "application/json", body: body))]
                }
                let report = try await bench.backfill("2025-01-01..2025-01-01")
                #expect(!report.isComplete)
                let reasons = try await bench.texts("SELECT last_error FROM usage.coverage WHERE last_error <> ''")
                for reason in reasons + report.sourceFailures.map(\.reason) {
                    #expect(reason.utf8.count < 4_000)
                    #expect(!reason.contains("\u{1B}"))
                }
            }
        }
    }
}
