import FoundationEssentials
import Operations
import Testing
import Warehouse

@testable import struct Warehouse.StatusReport

@Suite struct StatusTableTests {
    private func freshness(
        _ source: String,
        dataset: String = "organization_query",
        error: String = "",
        clients: Int? = nil,
        unavailable: Int? = nil
    ) -> StatusReport.Freshness {
        StatusReport.Freshness(
            source: source, dataset: dataset, newestDay: "2025-03-01", daysBehind: 1, gaps: 2, failedDays: 1,
            provisionalDays: 3, lastFetchedAt: Date(timeIntervalSince1970: 1_740_960_000), nextAttemptAt: nil,
            lastError: error, clients: clients, unavailableClients: unavailable, unavailableDays: 0)
    }

    private func problem(
        _ reason: String,
        from first: String = "2025-01-01",
        to last: String = "2025-01-02",
        client: String = "",
        clients: Int = 0,
        days: Int = 2
    ) -> StatusReport.Problem {
        StatusReport.Problem(
            source: "acme", dataset: "organization_query", firstDay: first, lastDay: last, state: "failed",
            reason: reason, client: client, clients: clients, days: days)
    }

    private func report(
        sources: [StatusReport.Source] = [],
        coverage: [StatusReport.CoverageStrip] = [],
        _ freshness: [StatusReport.Freshness] = [],
        problems: [StatusReport.Problem] = [],
        hiddenProblems: Int = 0,
        months: [StatusReport.MonthDifference] = [],
        backingOff: [StatusReport.BackingOff] = [],
        reconciliations: [StatusReport.Reconciliation] = [],
        lateness: [StatusReport.Lateness] = [],
        retention: [StatusReport.Retention] = [],
        runs: [StatusReport.Run] = []
    ) -> StatusReport {
        StatusReport(
            version: StatusReport.schemaVersion, readAt: Date(timeIntervalSince1970: 1_740_960_000), sources: sources,
            requestsOfLastDay: 240, coverage: coverage, freshness: freshness, problems: problems,
            hiddenProblems: hiddenProblems, monthDifferences: months, backingOff: backingOff,
            reconciliations: reconciliations, lateness: lateness, retention: retention, runs: runs)
    }

    private func lines(of report: StatusReport, on terminal: Terminal = .none) -> [Substring] {
        StatusTable(report, on: terminal).description.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func lines(
        _ freshness: [StatusReport.Freshness] = [],
        problems: [StatusReport.Problem] = [],
        hiddenProblems: Int = 0,
        months: [StatusReport.MonthDifference] = [],
        backingOff: [StatusReport.BackingOff] = [],
        reconciliations: [StatusReport.Reconciliation] = [],
        lateness: [StatusReport.Lateness] = [],
        runs: [StatusReport.Run] = []
    ) -> [Substring] {
        lines(
            of: report(
                freshness, problems: problems, hiddenProblems: hiddenProblems, months: months, backingOff: backingOff,
                reconciliations: reconciliations, lateness: lateness, runs: runs))
    }

    @Test(arguments: [
        (0, "."), (3, " (3 older partitions wait for `usaged prune` to be run again)."),
    ])
    func `what was given up is told, and that some of it is still there`(waiting: Int, end: String) {
        let line = StatusReport.Retention(
            subject: "facts", firstKeptDay: "2025-03-01", decidedAt: Date(timeIntervalSince1970: 1_740_960_000),
            waitingPartitions: waiting)
        #expect(
            lines(of: report(retention: [line])).contains(
                "Retention: facts are kept from 2025-03-01 on, as decided on 2025-03-03T00:00:00Z\(end)"))
    }

    @Test func `an empty database says what to do first`() {
        #expect(
            lines() == [
                "No source is registered yet: run `usaged run --once` or a backfill first.", "", "No run yet.",
            ])
    }

    @Test func `a source that was never read has no day and no time`() {
        let new = StatusReport.Freshness(
            source: "acme", dataset: "organization_query", newestDay: nil, daysBehind: 31, gaps: 31, failedDays: 0,
            provisionalDays: 0, lastFetchedAt: nil, nextAttemptAt: Date(timeIntervalSince1970: 1_740_960_000),
            lastError: "", clients: nil, unavailableClients: nil, unavailableDays: 0)
        let words = lines([new])[1].split(separator: " ")
        #expect(
            words == [
                "acme", "organization_query", "none", "31", "days", "31", "0", "0", "never", "2025-03-03T00:00:00Z",
            ])
    }

    @Test func `a source's line shows freshness, gaps and the next attempt`() {
        #expect(
            lines([freshness("acme")]).prefix(2) == [
                "SOURCE  DATASET             NEWEST DAY  BEHIND  GAPS  FAILED  PROVISIONAL  FETCHED               NEXT ATTEMPT",
                "acme    organization_query  2025-03-01  1 day   2     1       3            2025-03-03T00:00:00Z  on schedule",
            ])
    }

    @Test func `a source that cannot work is told once, in full and on one line`() {
        let error = "the credentials are refused:\n" + String(repeating: "x", count: 300)
        let shown = lines([
            freshness("acme", error: error), freshness("acme", dataset: "other", error: error), freshness("tower"),
        ])
        #expect(
            shown.filter { $0.hasPrefix("acme: ") } == [
                "acme: the credentials are refused:\\n\(String(repeating: "x", count: 300))"
            ])
    }

    @Test func `what keeps failing is told with its reason and the next attempt`() {
        func line(_ subject: String, _ client: String = "") -> StatusReport.BackingOff {
            StatusReport.BackingOff(
                source: "acme", subject: subject, client: client, failures: 3, reason: "status 403",
                nextAttemptAt: Date(timeIntervalSince1970: 1_740_960_000))
        }
        let shown = lines([freshness("acme")], backingOff: [line(""), line("client_jobs", "c-1")])
        #expect(
            shown[3...].prefix(4) == [
                "LEFT ALONE UNTIL      SOURCE  WHAT                FAILURES  REASON",
                "2025-03-03T00:00:00Z  acme    everything          3         status 403",
                "2025-03-03T00:00:00Z  acme    client_jobs of c-1  3         status 403",
                "(`usaged run --once` tries at once.)",
            ])
    }

    @Test func `problems name days, source, state and reason`() {
        let shown = lines(problems: [
            problem("row 3: requests is negative"), problem("", from: "2025-02-01", to: "2025-02-01"),
        ])
        #expect(shown[3] == "2025-01-01..2025-01-02  acme    organization_query  failed  row 3: requests is negative")
        #expect(shown[4].hasPrefix("2025-02-01              acme "))
    }

    @Test func `a long or forged reason stays on its line, and the way to the whole of it is named`() {
        let shown = lines(problems: [problem("a\nb" + String(repeating: "x", count: 500))])
        #expect(shown[3].hasSuffix("x…"))
        #expect(shown[3].contains(#"a\nbx"#))
        #expect(shown[3].count < 560)
        #expect(shown[4] == "(`usaged status --json` shows what is cut here.)")
    }

    @Test func `clients are counted where datasets are asked per client`() {
        let shown = lines([
            freshness("acme", dataset: "client_query", clients: 100, unavailable: 2),
            freshness("acme", dataset: "client_jobs", clients: 98, unavailable: 0), freshness("acme"),
        ])
        #expect(shown[0].hasPrefix("SOURCE  DATASET             CLIENTS             NEWEST DAY  BEHIND"))
        #expect(shown[1].hasPrefix("acme    client_query        100, 2 unavailable  2025-03-01  1 day"))
        #expect(shown[2].hasPrefix("acme    client_jobs         98                  2025-03-01"))
        #expect(shown[3].hasPrefix("acme    organization_query  -                   2025-03-01"))
    }

    @Test func `a problem names its client, or how many share it, and how many problems are not shown`() {
        let shown = lines(
            problems: [
                problem("HTTP 403", client: "Billing\nSync", clients: 1),
                problem("", clients: 300, days: 600), problem("x"),
            ], hiddenProblems: 7)
        #expect(
            shown[2...6] == [
                "DAYS                    SOURCE  DATASET             CLIENT                        STATE   REASON",
                #"2025-01-01..2025-01-02  acme    organization_query  Billing\nSync                 failed  HTTP 403"#,
                "2025-01-01..2025-01-02  acme    organization_query  300 clients, 600 client-days  failed  ",
                "2025-01-01..2025-01-02  acme    organization_query  -                             failed  x",
                "(7 more: ask usage.coverage for the whole.)",
            ])
    }

    @Test func `comparisons show that they were made, and what differs`() {
        func compared(_ comparison: String, _ differences: Int, newest: String?) -> StatusReport.Reconciliation {
            StatusReport.Reconciliation(
                source: "acme", comparison: comparison, comparedDays: 35, unexpectedDifferences: differences,
                provisionalDifferences: differences / 2, newestDifference: newest)
        }
        let equal = compared("organization_query/simplesearch", 0, newest: nil)
        let heading = "COMPARED IN 35 DAYS              SOURCE  DAYS  UNEXPECTED  PROVISIONAL  NEWEST"
        let line = "organization_query/simplesearch  acme    35    0           0            none"
        #expect(lines(reconciliations: [equal])[2...4] == [heading[...], line[...], ""])
        let shown = lines(reconciliations: [
            compared("organization_query/client_query", 4, newest: "2025-03-02"), equal,
        ])
        #expect(shown[3] == "organization_query/client_query  acme    35    4           2            2025-03-02")
        #expect(shown[5] == "(usage.reconciliation names each difference.)")
    }

    @Test func `a month that is not the sum of its days is shown with both numbers`() {
        let month = StatusReport.MonthDifference(
            source: "tower", month: "2025-02", channel: "sms", statedUnits: "10.5", summedUnits: "10.25",
            difference: "0.25")
        #expect(
            lines(months: [month])[2...3] == [
                "MONTH    SOURCE  CHANNEL  STATED  SUM OF DAYS  DIFFERENCE",
                "2025-02  tower   sms      10.5    10.25        0.25",
            ])
    }

    @Test func `the latest late change of each dataset says that the lookback is too short`() {
        func late(_ dataset: String, watchedDays: Int = 7, lateDays: Int) -> StatusReport.Lateness {
            StatusReport.Lateness(
                source: "acme", dataset: dataset, day: "2025-03-08", changedAfter: 14, unchangedAfter: 12,
                watchedDays: watchedDays, lateDays: lateDays)
        }
        let lateness = [
            late("organization_query", lateDays: 1), late("client_query", watchedDays: 1, lateDays: 3),
        ]
        #expect(
            lines(lateness: lateness)[2...4] == [
                """
                acme organization_query: 2025-03-08 changed 14 days after its date (not yet 12 days after); it is read \
                again each day for 7 days only.
                """,
                """
                acme client_query: 2025-03-08 changed 14 days after its date (not yet 12 days after), one of 3 such \
                days; it is read again each day for 1 day only.
                """,
                "(A longer lookback-days finds such changes at once; usage.lateness tells of each.)",
            ])
    }

    @Test func `the report survives JSON`() throws {
        let report = report(
            sources: [source("acme", allowance: 300)], coverage: [strip("CPFGU")],
            [freshness("acme", clients: 3, unavailable: 1)], problems: [problem("x", client: "c", clients: 1)],
            hiddenProblems: 1)
        let read = try JSONDecoder().decode(StatusReport.self, from: JSONEncoder().encode(report))
        #expect(StatusTable(read).description == StatusTable(report).description)
        #expect(read.freshness.map(\.clients) == [3])
    }

    // MARK: - Sources

    private func source(
        _ name: String, organization: String = "Example", allowance: Int? = nil, restingUntil: Date? = nil,
        isWorkedOn: Bool = false, error: String = "", sent: Int = 0, throttled: Int = 0
    ) -> StatusReport.Source {
        StatusReport.Source(
            name: name, kind: "genesys", organizationID: organization.isEmpty ? "" : "o-1",
            organizationName: organization, restingUntil: restingUntil, allowance: allowance, requestsToday: sent,
            throttledToday: throttled, isWorkedOn: isWorkedOn, lastError: error)
    }

    @Test func `each source says what it is about and how it is`() {
        let moment = Date(timeIntervalSince1970: 1_740_960_000)
        let left = StatusReport.BackingOff(
            source: "c", subject: "", client: "", failures: 2, reason: "", nextAttemptAt: moment)
        let report = report(
            sources: [
                source("a", allowance: 300, sent: 240),
                source("b", restingUntil: moment, isWorkedOn: true, sent: 12, throttled: 3), source("c", error: "x"),
                source("d", error: "x"), source("e", isWorkedOn: true), source("f", organization: ""),
            ], backingOff: [left])
        #expect(
            lines(of: report).prefix(8) == [
                "SOURCE  ORGANIZATION  ALLOWED A MINUTE  SENT TODAY       STATE",
                "a       Example       300               240              well",
                "b       Example       unknown           12, 3 throttled  rests until 2025-03-03T00:00:00Z, as the vendor asked for",
                "c       Example       unknown           0                left alone until 2025-03-03T00:00:00Z",
                "d       Example       unknown           0                could not work",
                "e       Example       unknown           0                is worked on now",
                "f       unknown       unknown           0                never read",
                "(240 requests were sent in the last 24 hours.)",
            ])
    }

    // MARK: - Strips

    private func strip(_ states: String, dataset: String = "organization_query") -> StatusReport.CoverageStrip {
        StatusReport.CoverageStrip(
            source: "acme", dataset: dataset, firstDay: "2025-01-01", lastDay: "2025-03-01", states: states)
    }

    private func strips(_ strips: [StatusReport.CoverageStrip], on terminal: Terminal = .none) -> [Substring] {
        CoverageStrips(strips, on: terminal).description.split(separator: "\n")
    }

    @Test func `each state has a character of its own, also without colour and signs`() {
        #expect(
            strips([strip("UUGFCCP")]) == [
                "acme  organization_query  --.X##+  2025-03-01",
                "(One character a day: # covered, + provisional, . gap, X failed, - unavailable.)",
            ])
        let signs = Terminal(isTerminal: true, hasColour: false, hasSigns: true)
        #expect(strips([strip("UUGFCCP")], on: signs)[0] == "acme  organization_query  ––·✗██▒  2025-03-01")
    }

    @Test func `colour is added in one go for days that look alike, and taken away it leaves the same text`() {
        let coloured = Terminal(isTerminal: true, hasColour: true, hasSigns: true)
        let plain = Terminal(isTerminal: true, hasColour: false, hasSigns: true)
        let text = CoverageStrips([strip("CCCF")], on: coloured).description
        #expect(text.contains("\u{1B}[32m███\u{1B}[0m\u{1B}[31m✗\u{1B}[0m  2025-03-01"))
        #expect(
            text.replacing(/\u{1B}\[\d+m/, with: "") == CoverageStrips([strip("CCCF")], on: plain).description)
    }

    @Test(arguments: [(80, 42), (60, 22), (200, 60), (20, 7)])
    func `the newest days are shown that fit the terminal`(columns: Int, days: Int) {
        let terminal = Terminal(isTerminal: true, hasColour: false, hasSigns: false, columns: columns)
        let states = String(repeating: "C", count: 59) + "F"
        let line = strips([strip(states)], on: terminal)[0]
        #expect(line.count { $0 == "#" } == days - 1)
        #expect(line.hasSuffix("#X  2025-03-01"))
        #expect(line.count <= max(columns, 45))
    }

    @Test func `a dataset that is owed for fewer days ends where the others end`() {
        #expect(
            strips([strip("CCCC"), strip("CP", dataset: "client_jobs")]).prefix(2) == [
                "acme  organization_query  ####  2025-03-01",
                "acme  client_jobs           #+  2025-03-01",
            ])
    }

    @Test func `a run without an outcome is running or killed`() {
        let run = StatusReport.Run(
            runID: 7, kind: "backfill", beganAt: Date(timeIntervalSince1970: 1_740_960_000), finishedAt: nil,
            outcome: "", windowsPlanned: 12, windowsStored: 5, windowsFailed: 1, rowsInserted: 10, rowsUpdated: 2,
            rowsDeleted: 3, requests: 40, lateDays: 0, executionsResumed: 4, executionsLost: 1, doubtfulRepeats: 0)
        let shown = lines([freshness("acme")], runs: [run])
        #expect(
            shown.suffix(2) == [
                "RUN  KIND      BEGAN                 OUTCOME            WINDOWS  FAILED  +ROWS  ~ROWS  -ROWS  REQUESTS  RESUMED  LOST  REPEATED",
                "7    backfill  2025-03-03T00:00:00Z  running or killed  5 of 12  1       10     2      3      40        4        1     0",
            ])
    }
}
