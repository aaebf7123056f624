import FoundationEssentials
package import Warehouse

/// `usaged status` for a person: three small tables.
package struct StatusTable: CustomStringConvertible, Sendable {
    private let report: StatusReport

    package init(_ report: StatusReport) {
        self.report = report
    }

    package var description: String {
        var sections = [freshness]
        if !report.problems.isEmpty { sections.append(problems) }
        sections.append(runs)
        return sections.joined(separator: "\n\n")
    }

    private var freshness: String {
        guard !report.freshness.isEmpty else {
            return "No source is registered yet: run `usaged run --once` or a backfill first."
        }
        var table = TextTable(["SOURCE", "DATASET", "NEWEST DAY", "BEHIND", "GAPS", "PROVISIONAL", "FETCHED"])
        for line in report.freshness {
            table.add([
                line.source, line.dataset, line.newestDay ?? "none", "\(line.daysBehind) days", "\(line.gaps)",
                "\(line.provisionalDays)", line.lastFetchedAt?.formatted(.iso8601) ?? "never",
            ])
        }
        let errors = report.freshness.filter { !$0.lastError.isEmpty }.map { "\($0.source): \($0.lastError)" }
        return ([table.description] + errors).joined(separator: "\n")
    }

    private var problems: String {
        var table = TextTable(["DAYS", "SOURCE", "DATASET", "STATE", "REASON"])
        for line in report.problems {
            let days = line.firstDay == line.lastDay ? line.firstDay : "\(line.firstDay)..\(line.lastDay)"
            table.add([days, line.source, line.dataset, line.state, line.reason])
        }
        return table.description
    }

    private var runs: String {
        guard !report.runs.isEmpty else { return "No run yet." }
        var table = TextTable([
            "RUN", "KIND", "BEGAN", "OUTCOME", "WINDOWS", "FAILED", "+ROWS", "~ROWS", "-ROWS", "REQUESTS",
        ])
        for run in report.runs {
            table.add([
                "\(run.runID)", run.kind, run.beganAt.formatted(.iso8601),
                run.outcome.isEmpty ? "running or killed" : run.outcome,
                "\(run.windowsStored) of \(run.windowsPlanned)", "\(run.windowsFailed)", "\(run.rowsInserted)",
                "\(run.rowsUpdated)", "\(run.rowsDeleted)", "\(run.requests)",
            ])
        }
        return table.description
    }
}
