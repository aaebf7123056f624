import Foundation

extension DoctorReport {
    /// The report for machines: one JSON object, whose shape `usaged check --help` describes.
    ///
    /// - Returns: its text, without a line break at the end.
    /// - Throws: what encoding throws.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(WireReport(self)), as: UTF8.self)
    }
}

private struct WireReport: Encodable {
    let version = DoctorReport.schemaVersion
    let examinedAt: Date
    let exitStatus: Int32
    let requests: [String: Int]
    let findings: [WireFinding]

    private enum CodingKeys: CodingKey {
        case version, examinedAt, exitStatus, requests, findings
    }

    init(_ report: DoctorReport) {
        examinedAt = report.examinedAt
        exitStatus = report.status?.rawValue ?? 0
        requests = report.requests
        findings = report.findings.map(WireFinding.init)
    }
}

private struct WireFinding: Encodable {
    let severity, name, source, dataset, text, remedy: String

    init(_ finding: Finding) {
        severity = finding.severity.rawValue
        name = finding.name
        source = finding.source
        dataset = finding.dataset
        text = finding.text
        remedy = finding.remedy
    }
}
