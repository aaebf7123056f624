package import FoundationEssentials
import UsageDomain
package import UsagedConfiguration

/// All that the doctor found, and what a run would come to.
package struct DoctorReport: Sendable {
    /// Of the shape of ``json``; a field that is added does not raise it.
    package static let schemaVersion = 1

    package let examinedAt: Date
    /// In the order of examination.
    package let findings: [Finding]
    /// HTTP requests sent, by the name of the source.
    package let requests: [String: Int]
    /// How many sources are configured.
    package let sources: Int

    package init(examinedAt: Date, findings: [Finding], requests: [String: Int] = [:], sources: Int) {
        self.examinedAt = examinedAt
        self.findings = findings
        self.requests = requests
        self.sources = sources
    }

    /// A configuration that cannot be used: there is nothing else to examine.
    ///
    /// - Parameters:
    ///   - error: why it was refused.
    ///   - now: the current time.
    package init(refused error: ConfigurationError, now: Date) {
        let findings: [Finding] =
            switch error {
            case .unreadable(let file, let reason):
                [
                    .fault(
                        "configuration", "\(file): \(reason)", remedy: "give the path of the file with --config PATH",
                        .command(.badConfiguration))
                ]
            case .invalid(let problems):
                problems.map { problem in
                    .fault(
                        "configuration",
                        "\(problem.file):\(problem.line):\(problem.column): "
                            + (problem.key.isEmpty ? "" : "\(problem.key): ") + problem.fault,
                        remedy: problem.remedy, .command(.badConfiguration))
                }
            }
        let rest = Finding.skipped("everything else", because: "the configuration cannot be used")
        self.init(examinedAt: now, findings: findings + [rest], sources: 0)
    }

    /// What `usaged run --once` would end with; nil for 0.
    ///
    /// The order is that of the README's table: a source that cannot work counts as a pass would count it.
    package var status: CommandFailure.Status? {
        let consequences = findings.compactMap { finding in finding.consequence.map { (finding.source, $0) } }
        var statuses: Set<CommandFailure.Status> = []
        var failures: [String: FetchFailureKind] = [:]
        for (source, consequence) in consequences {
            switch consequence {
            case .command(let status): statuses.insert(status)
            case .windows: statuses.insert(.tryAgain)
            case .source(let kind): failures[source] = failures[source] ?? kind
            }
        }
        if let status = CommandFailure.Status(ofFailed: Array(failures.values), sources: sources) {
            statuses.insert(status)
        }
        return CommandFailure.Status.byPrecedence.first(where: statuses.contains)
    }

    func count(_ severity: Finding.Severity) -> Int {
        findings.count { $0.severity == severity }
    }
}
