import FoundationEssentials
import Operations
import Testing
import Transport
import UsageDomain
import Warehouse

@testable import Ingest

@Suite struct MetricsBoardTests {
    private static let now = Date(timeIntervalSince1970: 1_741_237_200)
    private let board = MetricsBoard(sources: [
        ("acme", [.organizationQuery, .clientQuery]), ("tower", [.channelUsage]),
    ])

    private func parsed(at now: Date = now) throws -> ParsedMetrics {
        try ParsedMetrics(MetricFamily.text(of: board.families(at: now)))
    }

    private func stored(_ source: String = "acme", client: String = "") -> PassEvent {
        var outcome = StoreOutcome()
        outcome.inserted = 4
        outcome.updated = 3
        outcome.deleted = 2
        outcome.unchanged = 1
        let window = Window(
            dataset: client.isEmpty ? .organizationQuery : .clientQuery, clientID: client,
            days: Day(daysSinceEpoch: 20_089)..<Day(daysSinceEpoch: 20_120))
        let report = FetchReport(
            submission: SubmissionID(rawValue: 1), rows: 10, requests: 3, unknownFields: ["new": 2, "newer": 3])
        return .windowStored(source: source, window: window, outcome: outcome, report: report, doubt: nil)
    }

    private func report(_ outcome: RunSummary.Outcome, failing: Bool = false) -> PassReport {
        var summary = RunSummary()
        summary.outcome = outcome
        let failure = PassReport.SourceFailure(source: "acme", kind: .unauthenticated, reason: "refused")
        return PassReport(summary: summary, sourceFailures: failing ? [failure] : [], sources: 1)
    }

    @Test func `counters of what is configured are there from the start`() throws {
        let parsed = try parsed()
        let labels = ["source": "acme", "dataset": "client_query", "outcome": "inserted"]
        #expect(parsed.value("usaged_rows_stored_total", labels) == 0)
        #expect(parsed.value("usaged_executions_in_flight", ["source": "tower"]) == 0)
        #expect(parsed.value("usaged_last_success_timestamp_seconds", ["source": "acme"]) == nil)
        #expect(parsed.kinds.keys.allSatisfy { $0.hasPrefix("usaged_") })
        for (name, kind) in parsed.kinds { #expect(name.hasSuffix("_total") == (kind == "counter"), "\(name)") }
    }

    @Test func `rows and windows are counted by what became of them`() throws {
        board.receive(stored())
        board.receive(stored())
        let window = Window(
            dataset: .organizationQuery, days: Day(daysSinceEpoch: 20_089)..<Day(daysSinceEpoch: 20_090))
        board.receive(.windowFailed(source: "acme", window: window, reason: "HTTP 500"))
        let parsed = try parsed()
        func value(_ name: String, _ outcome: String) -> Double? {
            parsed.value(name, ["source": "acme", "dataset": "organization_query", "outcome": outcome])
        }
        let rows = ["inserted", "updated", "deleted", "unchanged"].map { value("usaged_rows_stored_total", $0) }
        #expect(rows == [8, 6, 4, 2])
        #expect(value("usaged_windows_total", "stored") == 2)
        #expect(value("usaged_windows_total", "failed") == 1)
        #expect(
            parsed.value("usaged_unknown_fields_total", ["source": "acme", "dataset": "organization_query"]) == 10)
    }

    @Test func `an execution is in flight once, until it ends or the pass does`() throws {
        func inFlight() throws -> Double? { try parsed().value("usaged_executions_in_flight", ["source": "acme"]) }
        func began(_ number: Int64) -> PassEvent {
            .executionBegan(source: "acme", submission: SubmissionID(rawValue: number))
        }
        for event in [began(1), began(2), began(2), began(3)] { board.receive(event) }
        #expect(try inFlight() == 3)
        for _ in 1...2 { board.receive(.executionEnded(source: "acme", submission: SubmissionID(rawValue: 2))) }
        #expect(try inFlight() == 2)
        board.note(report(.incomplete), of: "acme", at: Self.now)
        #expect(try inFlight() == 0)
    }

    @Test func `only a complete run is a success`() throws {
        for (outcome, failing) in [(RunSummary.Outcome.incomplete, false), (.cancelled, false), (.complete, true)] {
            board.note(report(outcome, failing: failing), of: "acme", at: Self.now)
        }
        #expect(try parsed().value("usaged_last_success_timestamp_seconds", ["source": "acme"]) == nil)
        board.note(report(.complete), of: "acme", at: Self.now)
        let later = try parsed(at: Self.now.addingTimeInterval(90))
        #expect(later.value("usaged_last_success_timestamp_seconds", ["source": "acme"]) == 1_741_237_200)
        #expect(later.value("usaged_last_success_age_seconds", ["source": "acme"]) == 90)
        #expect(later.value("usaged_runs_total", ["source": "acme", "outcome": "complete"]) == 2)
        #expect(later.value("usaged_runs_total", ["source": "acme", "outcome": "cancelled"]) == 1)
    }

    @Test func `days behind grow while nothing happens`() throws {
        let end = Date(timeIntervalSince1970: 1_741_219_200)
        board.note(
            [
                CoverageLag(
                    dataset: .organizationQuery, coveredUntil: end, oldestUncoveredDay: nil, uncoveredDays: 0)
            ], of: "acme")
        let labels = ["source": "acme", "dataset": "organization_query"]
        let now = try parsed()
        #expect(now.value("usaged_coverage_lag_seconds", labels) == 18_000)
        #expect(now.value("usaged_coverage_day_lag", labels) == 0)
        #expect(now.value("usaged_oldest_uncovered_day_timestamp_seconds", labels) == nil)
        let later = try parsed(at: end.addingTimeInterval(2.5 * 86_400))
        #expect(later.value("usaged_coverage_day_lag", labels) == 2)
        #expect(later.value("usaged_oldest_uncovered_day_timestamp_seconds", labels) == 1_741_219_200)
        #expect(now.value("usaged_coverage_gaps", labels) == 0)
    }

    @Test func `requests are counted by endpoint and status`() throws {
        for status in [200, 200, 429, nil] {
            board.countRequest(of: "acme", to: EndpointName("submit"), status: status)
        }
        let parsed = try parsed()
        for (status, count) in [("200", 2.0), ("429", 1), ("none", 1)] {
            let labels = ["source": "acme", "endpoint": "submit", "status": status]
            #expect(parsed.value("usaged_requests_total", labels) == count)
        }
    }

    @Test func `neither a thousand clients nor a thousand statuses nor an unknown source make more series`() throws {
        func play(clients: Int, statuses: [Int]) {
            for client in 0..<clients {
                board.receive(stored(client: "client-\(client)"))
                board.receive(stored("unknown-\(client)"))
                board.receive(.executionBegan(source: "acme", submission: SubmissionID(rawValue: Int64(client))))
                board.countRequest(of: "unknown-\(client)", to: EndpointName("submit"), status: 200)
            }
            for status in statuses { board.countRequest(of: "acme", to: EndpointName("submit"), status: status) }
        }
        play(clients: 1, statuses: [200, 199, 299, 399, 499, 599, 999])
        let before = try parsed().values.count
        play(clients: 1_000, statuses: Array(210...298) + Array(520...1_500) + [0, -1])
        #expect(try parsed().values.count == before)
    }
}
