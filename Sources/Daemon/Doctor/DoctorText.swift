package import Operations

/// The doctor's report for a person: a line a finding, and its remedy below it.
package struct DoctorText: CustomStringConvertible {
    private let report: DoctorReport
    private let terminal: Terminal

    package init(_ report: DoctorReport, on terminal: Terminal = .none) {
        self.report = report
        self.terminal = terminal
    }

    package var description: String {
        (report.findings.flatMap(lines) + ["", summary]).joined(separator: "\n")
    }

    private func lines(of finding: Finding) -> [String] {
        let mark = padded(mark(of: finding.severity), to: terminal.hasSigns ? 1 : 7)
        let columns = [padded(finding.name, to: nameWidth)] + (subjectWidth > 0 ? [subject(of: finding)] : [])
        let beginning = "\(paint(mark, finding.severity))  \(columns.joined(separator: "  "))  "
        // What a vendor answers, and a driver's message, may have several lines.
        let first = beginning + finding.text.onOneLine
        guard !finding.remedy.isEmpty else { return [first] }
        return [
            first, "\(padded("", to: mark.columns))  \(terminal.hasSigns ? "→" : "->") \(finding.remedy.onOneLine)",
        ]
    }

    private func subject(of finding: Finding) -> String {
        padded(Self.subject(of: finding), to: subjectWidth)
    }

    private static func subject(of finding: Finding) -> String {
        [finding.source, finding.dataset].filter { !$0.isEmpty }.joined(separator: "/")
    }

    private var nameWidth: Int { report.findings.map(\.name.columns).max() ?? 0 }
    private var subjectWidth: Int { report.findings.map { Self.subject(of: $0).columns }.max() ?? 0 }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.columns))
    }

    private func mark(of severity: Finding.Severity) -> String {
        switch severity {
        case .ok: terminal.hasSigns ? "✓" : "ok"
        case .warning: terminal.hasSigns ? "!" : "warning"
        case .fault: terminal.hasSigns ? "✗" : "FAULT"
        case .skipped: terminal.hasSigns ? "–" : "skipped"
        }
    }

    private func paint(_ mark: String, _ severity: Finding.Severity) -> String {
        switch severity {
        case .ok: terminal.paint(mark, .green)
        case .warning: terminal.paint(mark, .yellow)
        case .fault: terminal.paint(mark, .red)
        case .skipped: terminal.paint(mark, .grey)
        }
    }

    private var summary: String {
        let counts = [counted(.fault, "fault", "faults"), counted(.warning, "warning", "warnings")]
        let verdict =
            report.status.map { "a run would end with \($0.rawValue): \($0.meaning)." } ?? "a run would work."
        let sent = report.requests.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\($0.value) to \($0.key)" }
        let requests =
            sent.isEmpty ? "Nothing was sent to any vendor." : "Requests sent: \(sent.joined(separator: ", "))."
        return "\(counts.joined(separator: ", ")): \(verdict) \(requests)"
    }

    private func counted(_ severity: Finding.Severity, _ one: String, _ several: String) -> String {
        let count = report.count(severity)
        return count == 1 ? "1 \(one)" : "\(count) \(several)"
    }
}
