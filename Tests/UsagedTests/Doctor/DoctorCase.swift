import Daemon
import Foundation
import Testing

/// One thing that can be wrong, and what the doctor must say of it.
struct DoctorCase: Sendable, CustomTestStringConvertible {
    /// What an operator would call it.
    let fault: String
    let severity: Finding.Severity
    /// The finding's stable name.
    let finding: String
    /// Words of the remedy.
    let remedy: String
    /// What `usaged check` ends with.
    let status: Int32
    /// Whether `usaged run --once` may be asked as well: not where it would wait for long, or look at other things.
    let isRun: Bool
    let clockOffset: TimeInterval
    /// How long the vendor may send nothing.
    let longestSilence: Duration
    let arrange: @Sendable (DoctorBench) async throws -> Void

    init(
        _ fault: String, as severity: Finding.Severity = .fault, _ finding: String, _ remedy: String, status: Int32,
        isRun: Bool = true, clockOffset: TimeInterval = 0, longestSilence: Duration = .seconds(60),
        arrange: @escaping @Sendable (DoctorBench) async throws -> Void
    ) {
        self.fault = fault
        self.severity = severity
        self.finding = finding
        self.remedy = remedy
        self.status = status
        self.isRun = isRun
        self.clockOffset = clockOffset
        self.longestSilence = longestSilence
        self.arrange = arrange
    }

    var testDescription: String { fault }

    static let all = ofThisMachine + ofDatabase + ofGenesys + ofInfodeck
}
