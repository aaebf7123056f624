import FoundationEssentials
import InMemoryLogging
import Ingest
import Logging
import Operations
import Testing
import UsageDomain
import Warehouse

@Suite struct PassLogTests {
    private struct Line: Equatable, CustomStringConvertible {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]

        var description: String { "\(level) \(message) \(metadata.sorted { $0.key < $1.key })" }
    }

    private static let run = RunID(rawValue: 7)
    private static let window = Window(
        dataset: .organizationQuery, days: Day(daysSinceEpoch: 20_089)..<Day(daysSinceEpoch: 20_120))
    private static let ofWindow = [
        "source": "acme", "dataset": "organization_query", "window": "2025-01-01..2025-01-31",
    ]

    private func lines(of events: [PassEvent], level: Logger.Level = .trace) -> [Line] {
        let handler = InMemoryLogHandler()
        var logger = Logger(label: "usaged") { _ in handler }
        logger.logLevel = level
        let log = PassLog(logger: logger)
        for event in events { log.receive(event) }
        return handler.entries.map {
            Line(level: $0.level, message: "\($0.message)", metadata: $0.metadata.mapValues { "\($0)" })
        }
    }

    private func stored(
        superseded: Bool = false,
        unknownFields: [String: Int] = [:],
        doubt: String? = nil
    ) -> PassEvent {
        var outcome = StoreOutcome()
        outcome.inserted = 4
        outcome.updated = 3
        outcome.deleted = 2
        outcome.isSuperseded = superseded
        let report = FetchReport(
            submission: SubmissionID(rawValue: 1), rows: 128, requests: 3, unknownFields: unknownFields)
        return .windowStored(source: "acme", window: Self.window, outcome: outcome, report: report, doubt: doubt)
    }

    @Test func `beginnings are for debugging`() {
        let organization = Organization(id: "o-1", name: "Acme Inc.")
        #expect(
            lines(of: [
                .sourceReady(source: "acme", organization: organization, windows: 3),
                .began(run: Self.run, windows: 3),
                .windowBegan(source: "acme", window: Self.window),
                .progressed(PassProgress()),
            ]) == [
                Line(
                    level: .debug, message: "source ready",
                    metadata: ["source": "acme", "organization": "o-1", "windows.planned": "3"]),
                Line(level: .debug, message: "run began", metadata: ["run": "7", "windows.planned": "3"]),
                Line(
                    level: .debug, message: "window began",
                    metadata: Self.ofWindow.merging(["run": "7"]) { $1 }),
            ])
    }

    @Test func `days that changed late are a notice that names each with how late it was`() {
        let days = [
            LateDay(day: Day(daysSinceEpoch: 20_089), unchangedAfter: 14, changedAfter: 21),
            LateDay(day: Day(daysSinceEpoch: 20_090), unchangedAfter: 13, changedAfter: 20),
        ]
        #expect(
            lines(of: [.daysChangedLate(source: "acme", window: Self.window, days: days)], level: .notice) == [
                Line(
                    level: .notice, message: "days changed later than the lookback reads them again",
                    metadata: Self.ofWindow.merging([
                        "days": """
                        2025-01-01 (21 days after, unchanged after 14), 2025-01-02 (20 days after, unchanged \
                        after 13)
                        """
                    ]) { $1 })
            ])
    }

    @Test func `a source that failed is an error, a listing or a window a warning`() {
        #expect(
            lines(of: [
                .sourceFailed(source: "acme", kind: .unauthenticated, reason: "refused"),
                .sourceLeftAlone(
                    source: "acme", until: Date(timeIntervalSince1970: 1_741_237_200), reason: "HTTP 401"),
                .listingFailed(source: "acme", reason: "forbidden"),
                .windowFailed(source: "acme", window: Self.window, reason: "bad row"),
                .windowSplit(source: "acme", window: Self.window, parts: 31, reason: "bad row"),
            ]) == [
                Line(level: .error, message: "source failed", metadata: ["source": "acme", "error": "refused"]),
                Line(
                    level: .error, message: "source keeps failing and is left alone",
                    metadata: ["source": "acme", "until": "2025-03-06T05:00:00Z", "error": "HTTP 401"]),
                Line(
                    level: .warning, message: "OAuth clients cannot be listed; their names come from usage alone",
                    metadata: ["source": "acme", "error": "forbidden"]),
                Line(
                    level: .warning, message: "window failed and will be tried again",
                    metadata: Self.ofWindow.merging(["error": "bad row"]) { $1 }),
                Line(
                    level: .warning, message: "window is read in parts",
                    metadata: Self.ofWindow.merging(["error": "bad row", "parts": "31"]) { $1 }),
            ])
    }

    @Test func `a stored window says what it did to the facts`() {
        let counts = ["rows": "128", "rows.inserted": "4", "rows.updated": "3", "rows.deleted": "2"]
        let metadata = Self.ofWindow.merging(counts) { $1 }
        #expect(
            lines(of: [stored(), stored(superseded: true)]) == [
                Line(level: .debug, message: "window stored", metadata: metadata),
                Line(level: .debug, message: "window superseded by a later answer", metadata: metadata),
            ])
    }

    @Test func `unknown fields are noticed with their counts, and a doubt is a warning`() {
        #expect(
            lines(of: [stored(unknownFields: ["zone": 128, "cost": 2], doubt: "5 requests are missing")]).dropFirst()
                == [
                    Line(
                        level: .notice, message: "the answer has fields this version does not know",
                        metadata: Self.ofWindow.merging(["fields": "cost (2), zone (128)"]) { $1 }),
                    Line(
                        level: .warning, message: "window stays provisional",
                        metadata: Self.ofWindow.merging(["difference": "5 requests are missing"]) { $1 }),
                ])
    }

    @Test func `the OAuth client of a window that is asked per client is named`() {
        let window = Window(dataset: .organizationQuery, clientID: "c-1", days: Self.window.days)
        #expect(lines(of: [.windowBegan(source: "acme", window: window)]).first?.metadata["oauth.client"] == "c-1")
    }

    @Test func `a database that is away is a warning, and a notice when it is back`() {
        let shown = lines(of: [
            .began(run: Self.run, windows: 1), .databaseAway(reason: "restarting"), .databaseBack(after: .seconds(90)),
        ])
        #expect(
            shown.dropFirst() == [
                Line(
                    level: .warning, message: "database away, waiting for it",
                    metadata: ["run": "7", "error": "restarting"]),
                Line(level: .notice, message: "database back", metadata: ["run": "7", "away": "2 min"]),
            ])
    }

    @Test func `a run is exactly one line at info, with all its numbers`() {
        var summary = RunSummary()
        summary.outcome = .incomplete
        summary.windowsPlanned = 3
        summary.windowsStored = 1
        summary.windowsFailed = 2
        summary.rowsInserted = 4
        summary.rowsUpdated = 5
        summary.rowsDeleted = 6
        summary.rowsUnchanged = 7
        summary.requests = 8
        summary.lateDays = 12
        summary.executionsResumed = 9
        summary.executionsLost = 10
        summary.doubtfulRepeats = 11
        let shown = lines(of: [
            .sourceReady(source: "acme", organization: Organization(id: "o-1", name: "Acme"), windows: 3),
            .began(run: Self.run, windows: 3), .windowBegan(source: "acme", window: Self.window),
            stored(unknownFields: ["zone": 1], doubt: "doubt"), .progressed(PassProgress()),
            .databaseAway(reason: "restarting"), .databaseBack(after: .seconds(2)), stored(),
            .windowFailed(source: "acme", window: Self.window, reason: "bad row"),
            .sourceFailed(source: "acme", kind: .unauthenticated, reason: "refused"),
            .finished(run: Self.run, summary: summary),
        ])
        #expect(
            shown.filter { $0.level == .info } == [
                Line(
                    level: .info, message: "run finished",
                    metadata: [
                        "run": "7", "outcome": "incomplete", "windows.planned": "3", "windows.stored": "1",
                        "windows.failed": "2", "rows.inserted": "4", "rows.updated": "5", "rows.deleted": "6",
                        "rows.unchanged": "7", "requests": "8", "executions.resumed": "9", "executions.lost": "10",
                        "submits.repeated": "11", "days.late": "12",
                    ])
            ])
        // What was logged between the two ends carries the run.
        #expect(shown.dropFirst().allSatisfy { $0.metadata["run"] == "7" })
    }

    @Test func `what comes after a run does not carry it`() {
        let shown = lines(of: [
            .began(run: Self.run, windows: 0), .finished(run: Self.run, summary: RunSummary()),
            .sourceFailed(source: "acme", kind: .unauthenticated, reason: "refused"),
        ])
        #expect(shown.last?.metadata == ["source": "acme", "error": "refused"])
    }
}
