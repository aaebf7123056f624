import FoundationEssentials
package import Warehouse

/// `usaged status` for a person: how fresh each source is, what is wrong, and the last runs.
package struct StatusTable: CustomStringConvertible, Sendable {
    /// A reason of this many columns says what and where; the vendor's own words behind it may be much longer.
    private static let widestCell = 120

    private let report: StatusReport
    private let terminal: Terminal

    package init(_ report: StatusReport, on terminal: Terminal = .none) {
        self.report = report
        self.terminal = terminal
    }

    package var description: String {
        var sections = [freshness]
        if !report.sources.isEmpty { sections.insert(sources, at: 0) }
        if !report.coverage.isEmpty { sections.append(CoverageStrips(report.coverage, on: terminal).description) }
        if !sourceErrors.isEmpty { sections.append(sourceErrors) }
        if !report.backingOff.isEmpty { sections.append(backingOff) }
        if !report.problems.isEmpty { sections.append(problems) }
        if !report.reconciliations.isEmpty { sections.append(reconciliations) }
        if !report.monthDifferences.isEmpty { sections.append(monthDifferences) }
        if !report.lateness.isEmpty { sections.append(lateness) }
        if !report.retention.isEmpty { sections.append(retention) }
        sections.append(runs)
        return sections.joined(separator: "\n\n")
    }

    private var sources: String {
        var table = TextTable(
            ["SOURCE", "ORGANIZATION", "ALLOWED A MINUTE", "SENT TODAY", "STATE"], widestCell: Self.widestCell)
        for line in report.sources {
            table.add([
                line.name, line.organizationName.isEmpty ? nonEmpty(line.organizationID) : line.organizationName,
                line.allowance.map { "\($0)" } ?? "unknown", sentToday(by: line), state(of: line),
            ])
        }
        return "\(table)\n(\(report.requestsOfLastDay) requests were sent in the last 24 hours.)"
    }

    private func nonEmpty(_ text: String) -> String { text.isEmpty ? "unknown" : text }

    private func sentToday(by source: StatusReport.Source) -> String {
        source.throttledToday == 0
            ? "\(source.requestsToday)" : "\(source.requestsToday), \(source.throttledToday) throttled"
    }

    private func state(of source: StatusReport.Source) -> String {
        if let end = source.restingUntil { return "rests until \(end.formatted(.iso8601)), as the vendor asked for" }
        if let left = report.backingOff.first(where: { $0.source == source.name && $0.subject.isEmpty }) {
            return "left alone until \(left.nextAttemptAt.formatted(.iso8601))"
        }
        if !source.lastError.isEmpty { return "could not work" }
        return source.isWorkedOn ? "is worked on now" : source.organizationID.isEmpty ? "never read" : "well"
    }

    private var freshness: String {
        guard !report.freshness.isEmpty else {
            return "No source is registered yet: run `usaged run --once` or a backfill first."
        }
        // Who has no dataset that is asked per client is not troubled with clients.
        let hasClients = report.freshness.contains { $0.clients != nil }
        var table = TextTable(
            ["SOURCE", "DATASET"] + (hasClients ? ["CLIENTS"] : [])
                + ["NEWEST DAY", "BEHIND", "GAPS", "FAILED", "PROVISIONAL", "FETCHED", "NEXT ATTEMPT"],
            widestCell: Self.widestCell)
        for line in report.freshness {
            table.add(
                [line.source, line.dataset] + (hasClients ? [clients(of: line)] : []) + [
                    line.newestDay ?? "none", "\(line.daysBehind) \(line.daysBehind == 1 ? "day" : "days")",
                    "\(line.gaps)", "\(line.failedDays)", "\(line.provisionalDays)",
                    line.lastFetchedAt?.formatted(.iso8601) ?? "never",
                    line.nextAttemptAt?.formatted(.iso8601) ?? "on schedule",
                ])
        }
        return table.description
    }

    private func clients(of line: StatusReport.Freshness) -> String {
        guard let clients = line.clients else { return "-" }
        guard let unavailable = line.unavailableClients, unavailable > 0 else { return "\(clients)" }
        return "\(clients), \(unavailable) unavailable"
    }

    /// Why sources as a whole could not work, in full: this is what the operator must mend first.
    private var sourceErrors: String {
        var lines: [String] = []
        for line in report.freshness where !line.lastError.isEmpty {
            // A source has a line for each of its datasets, and one error for all of them.
            let text = "\(line.source): \(line.lastError)".onOneLine
            if !lines.contains(text) { lines.append(text) }
        }
        return lines.joined(separator: "\n")
    }

    private var problems: String {
        let hasClients = report.problems.contains { $0.clients > 0 }
        // A reason ends with what matters, the field and its fault: it stands last and may be long.
        var table = TextTable(
            ["DAYS", "SOURCE", "DATASET"] + (hasClients ? ["CLIENT"] : []) + ["STATE", "REASON"],
            widestCell: 4 * Self.widestCell)
        for line in report.problems {
            let days = line.firstDay == line.lastDay ? line.firstDay : "\(line.firstDay)..\(line.lastDay)"
            let client =
                switch line.clients {
                case 0: "-"
                case 1: line.client
                case let several: "\(several) clients, \(line.days) client-days"
                }
            table.add([days, line.source, line.dataset] + (hasClients ? [client] : []) + [line.state, line.reason])
        }
        var lines = [table.description]
        if report.hiddenProblems > 0 {
            lines.append("(\(report.hiddenProblems) more: ask usage.coverage for the whole.)")
        }
        if table.isCut { lines.append("(`usaged status --json` shows what is cut here.)") }
        return lines.joined(separator: "\n")
    }

    /// What keeps failing as a whole, and when the schedule tries it again.
    private var backingOff: String {
        var table = TextTable(
            ["LEFT ALONE UNTIL", "SOURCE", "WHAT", "FAILURES", "REASON"], widestCell: 4 * Self.widestCell)
        for line in report.backingOff {
            let subject = line.subject.isEmpty ? "everything" : line.subject
            table.add([
                line.nextAttemptAt.formatted(.iso8601), line.source,
                line.client.isEmpty ? subject : "\(subject) of \(line.client)", "\(line.failures)", line.reason,
            ])
        }
        return "\(table)\n(`usaged run --once` tries at once.)"
    }

    private var reconciliations: String {
        var table = TextTable(
            ["COMPARED IN 35 DAYS", "SOURCE", "DAYS", "UNEXPECTED", "PROVISIONAL", "NEWEST"],
            widestCell: Self.widestCell)
        for line in report.reconciliations {
            table.add([
                line.comparison, line.source, "\(line.comparedDays)", "\(line.unexpectedDifferences)",
                "\(line.provisionalDifferences)", line.newestDifference ?? "none",
            ])
        }
        guard report.reconciliations.contains(where: { $0.unexpectedDifferences > 0 }) else { return table.description }
        return "\(table)\n(usage.reconciliation names each difference.)"
    }

    private var monthDifferences: String {
        var table = TextTable(
            ["MONTH", "SOURCE", "CHANNEL", "STATED", "SUM OF DAYS", "DIFFERENCE"], widestCell: Self.widestCell)
        for line in report.monthDifferences {
            table.add([line.month, line.source, line.channel, line.statedUnits, line.summedUnits, line.difference])
        }
        return table.description
    }

    /// What says that the lookback is too short, a line a source and dataset.
    private var lateness: String {
        let lines = report.lateness.map { line in
            let days = line.lateDays == 1 ? "" : ", one of \(line.lateDays) such days"
            return """
                \(line.source) \(line.dataset): \(line.day) changed \(line.changedAfter) days after its date (not yet \
                \(line.unchangedAfter) days after)\(days); it is read again each day for \(line.watchedDays) \
                \(line.watchedDays == 1 ? "day" : "days") only.
                """.onOneLine
        }
        return (lines + ["(A longer lookback-days finds such changes at once; usage.lateness tells of each.)"])
            .joined(separator: "\n")
    }

    /// What is missing on purpose.
    private var retention: String {
        report.retention.map { line in
            let waiting =
                line.waitingPartitions == 0
                ? "" : " (\(line.waitingPartitions) older partitions wait for `usaged prune` to be run again)"
            return "Retention: \(line.subject) are kept from \(line.firstKeptDay) on, as decided on "
                + "\(line.decidedAt.formatted(.iso8601))\(waiting)."
        }.joined(separator: "\n")
    }

    private var runs: String {
        guard !report.runs.isEmpty else { return "No run yet." }
        var table = TextTable([
            "RUN", "KIND", "BEGAN", "OUTCOME", "WINDOWS", "FAILED", "+ROWS", "~ROWS", "-ROWS", "REQUESTS", "RESUMED",
            "LOST", "REPEATED",
        ])
        for run in report.runs {
            table.add([
                "\(run.runID)", run.kind, run.beganAt.formatted(.iso8601),
                run.outcome.isEmpty ? "running or killed" : run.outcome,
                "\(run.windowsStored) of \(run.windowsPlanned)", "\(run.windowsFailed)", "\(run.rowsInserted)",
                "\(run.rowsUpdated)", "\(run.rowsDeleted)", "\(run.requests)", "\(run.executionsResumed)",
                "\(run.executionsLost)", "\(run.doubtfulRepeats)",
            ])
        }
        return table.description
    }
}
