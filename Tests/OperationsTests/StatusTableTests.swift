import FoundationEssentials
import Operations
import Testing
import Warehouse

@testable import struct Warehouse.StatusReport

@Suite struct StatusTableTests {
    private func freshness(_ source: String, dataset: String = "organization_query", error: String = "")
        -> StatusReport.Freshness
    {
        StatusReport.Freshness(
            source: source, dataset: dataset, newestDay: "2025-03-01", daysBehind: 1, gaps: 2, failedDays: 1,
            provisionalDays: 3, lastFetchedAt: Date(timeIntervalSince1970: 1_740_960_000), nextAttemptAt: nil,
            lastError: error)
    }

    private func problem(_ reason: String, from first: String = "2025-01-01", to last: String = "2025-01-02")
        -> StatusReport.Problem
    {
        StatusReport.Problem(
            source: "acme", dataset: "organization_query", firstDay: first, lastDay: last, state: "failed",
            reason: reason)
    }

    private func lines(
        _ freshness: [StatusReport.Freshness] = [],
        problems: [StatusReport.Problem] = [],
        runs: [StatusReport.Run] = []
    ) -> [Substring] {
        StatusTable(StatusReport(freshness: freshness, problems: problems, runs: runs)).description
            .split(separator: "\n", omittingEmptySubsequences: false)
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
            lastError: "")
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

    @Test func `a run without an outcome is running or killed`() {
        let run = StatusReport.Run(
            runID: 7, kind: "backfill", beganAt: Date(timeIntervalSince1970: 1_740_960_000), finishedAt: nil,
            outcome: "", windowsPlanned: 12, windowsStored: 5, windowsFailed: 1, rowsInserted: 10, rowsUpdated: 2,
            rowsDeleted: 3, requests: 40)
        let shown = lines([freshness("acme")], runs: [run])
        #expect(
            shown.suffix(2) == [
                "RUN  KIND      BEGAN                 OUTCOME            WINDOWS  FAILED  +ROWS  ~ROWS  -ROWS  REQUESTS",
                "7    backfill  2025-03-03T00:00:00Z  running or killed  5 of 12  1       10     2      3      40",
            ])
    }
}
