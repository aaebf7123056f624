package import FoundationEssentials
import Synchronization
import Transport
import UsageDomain
import Warehouse

extension MetricsBoard {
    /// All that is counted, as it is at a moment.
    package func families(at now: Date) -> [MetricFamily] {
        let state = state.withLock { $0 }
        return Self.ofAnswers(state) + Self.ofWork(state, now) + Self.ofCoverage(state, now)
    }

    private static func ofAnswers(_ state: [String: OfSource]) -> [MetricFamily] {
        var rows = MetricFamily(
            "usaged_rows_stored_total", .counter, "Rows of stored answers, by what became of them in the database.")
        var windows = MetricFamily("usaged_windows_total", .counter, "Windows, by how they ended.")
        var unknown = MetricFamily(
            "usaged_unknown_fields_total", .counter, "Fields of stored answers that this version does not know.")
        for (source, dataset, counts) in datasets(state) {
            let labels = ["source": source, "dataset": dataset.rawValue]
            func with(_ outcome: String) -> [String: String] { labels.merging(["outcome": outcome]) { $1 } }
            rows.set(counts.inserted, with("inserted"))
            rows.set(counts.updated, with("updated"))
            rows.set(counts.deleted, with("deleted"))
            rows.set(counts.unchanged, with("unchanged"))
            windows.set(counts.windowsStored, with("stored"))
            windows.set(counts.windowsFailed, with("failed"))
            unknown.set(counts.unknownFields, labels)
        }
        return [rows, windows, unknown]
    }

    private static func ofWork(_ state: [String: OfSource], _ now: Date) -> [MetricFamily] {
        var requests = MetricFamily(
            "usaged_requests_total", .counter,
            "HTTP requests sent to vendors, by endpoint and status of the answer, or none.")
        var executions = MetricFamily(
            "usaged_executions_in_flight", .gauge,
            "Executions that this process submitted, or took up again, and that have not ended.")
        var runs = MetricFamily("usaged_runs_total", .counter, "Runs, by how they ended.")
        var success = MetricFamily(
            "usaged_last_success_timestamp_seconds", .gauge,
            "When a run of the source was last complete; absent before the first since the start or a changed configuration."
        )
        var age = MetricFamily(
            "usaged_last_success_age_seconds", .gauge,
            "Time since a run of the source was last complete; absent when that is unknown, as the timestamp is.")
        for (source, counts) in state {
            for (sent, count) in counts.requests {
                requests.set(
                    count, ["source": source, "endpoint": sent.endpoint.description, "status": sent.status])
            }
            executions.set(counts.executions.count, ["source": source])
            for outcome in [RunSummary.Outcome.complete, .incomplete, .cancelled] {
                runs.set(counts.runs[outcome] ?? 0, ["source": source, "outcome": outcome.rawValue])
            }
            if let last = counts.lastSuccess {
                success.set(.number(last.timeIntervalSince1970), ["source": source])
                age.set(.number(max(now.timeIntervalSince(last), 0)), ["source": source])
            }
        }
        return [requests, executions, runs, success, age]
    }

    private static func ofCoverage(_ state: [String: OfSource], _ now: Date) -> [MetricFamily] {
        var lagging = MetricFamily(
            "usaged_coverage_lag_seconds", .gauge, "Time since the end of the newest day that is stored.")
        var behind = MetricFamily(
            "usaged_coverage_day_lag", .gauge,
            "Days behind: those that are over and newer than the newest day that is stored.")
        var uncovered = MetricFamily(
            "usaged_coverage_gaps", .gauge,
            "Owed days, or days of OAuth clients, that were not stored when the last run ended.")
        var oldest = MetricFamily(
            "usaged_oldest_uncovered_day_timestamp_seconds", .gauge,
            "When the oldest owed day that is not stored began; absent when none is missing.")
        for (source, dataset, counts) in datasets(state) {
            guard let lag = counts.lag else { continue }
            let labels = ["source": source, "dataset": dataset.rawValue]
            if let time = lag.time(at: now) {
                lagging.set(.number(time), labels)
                behind.set(Int(time / CoverageLag.day), labels)
            }
            uncovered.set(lag.uncoveredDays, labels)
            if let day = lag.oldestUncoveredDay(at: now) {
                oldest.set(.number(day.timeIntervalSince1970), labels)
            }
        }
        return [lagging, behind, uncovered, oldest]
    }

    private static func datasets(_ state: [String: OfSource]) -> [(String, Dataset, OfDataset)] {
        state.flatMap { source, counts in counts.datasets.map { (source, $0.key, $0.value) } }
    }
}
