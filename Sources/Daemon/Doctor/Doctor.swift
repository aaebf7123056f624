import FoundationEssentials
import GenesysCloud
import Infodeck
import Timekeeping
import UsageDomain
import UsagedConfiguration
import Warehouse

/// Examines everything that a run needs, all of it at once, and changes nothing: neither at a vendor nor in the database.
///
/// Every question has a deadline, and the whole ends within a minute. Nothing is submitted: whether a dataset may be read
/// is seen from how the API refuses to speak of an execution that does not exist.
package struct Doctor {
    /// The parts follow each other, so these add up to less than a minute.
    private static let timeForDatabase = Duration.seconds(17)
    private static let timeForVendors = Duration.seconds(35)
    private static let timeForClaims = Duration.seconds(6)

    private let program: Program
    private let secrets: SecretReader

    package init(_ program: Program) {
        self.program = program
        secrets = SecretReader(environment: ProcessInfo.processInfo.environment)
    }

    /// Makes the examination.
    ///
    /// - Returns: what it found; everything that goes wrong is a finding.
    package func examine() async -> DoctorReport {
        let configuration = program.configuration
        let names = configuration.sources.map(\.name)
        var findings = [
            Finding.ok(
                "configuration",
                names.count == 1 ? "1 source: \(names[0])" : "\(names.count) sources: \(names.joined(separator: ", "))")
        ]
        findings += configuration.sources.map(secret)
        findings += SpoolExamination(configuration.spool).findings()
        let database = await DatabaseExamination(program, time: ExaminationTime(Self.timeForDatabase)).perform()
        findings += database.findings
        findings += ListenExamination(configuration.listen, living: database.living).findings()
        let vendors = await examineVendors(isDatabaseUsable: database.isUsable)
        findings += vendors.flatMap(\.findings)
        findings += await ClaimExamination(
            program, organizations: vendors.compactMap(\.identity), isDatabaseUsable: database.isUsable,
            time: ExaminationTime(Self.timeForClaims)
        ).findings()
        await program.warehouse.close()
        return DoctorReport(
            examinedAt: program.timekeeper.date, findings: findings,
            requests: Dictionary(vendors.map { ($0.source, $0.requests) }, uniquingKeysWith: +),
            sources: names.count)
    }

    private func secret(of source: SourceConfiguration) -> Finding {
        do {
            _ = try secrets.read(source.secret)
            return .ok("secret", of: source.name, "can be read from \(source.secret)")
        } catch {
            let (what, remedy) = error.parts
            return .fault("secret", of: source.name, what, remedy: remedy, .source(.unauthenticated))
        }
    }

    /// All at once, since each waits for another vendor or with another token.
    private func examineVendors(isDatabaseUsable: Bool) async -> [VendorFindings] {
        let time = ExaminationTime(Self.timeForVendors)
        return await withTaskGroup(of: (Int, VendorFindings).self) { group in
            for (place, source) in program.configuration.sources.enumerated() {
                group.addTask {
                    let findings = await VendorExamination(
                        program, source: source, isDatabaseUsable: isDatabaseUsable, time: time
                    ).perform()
                    return (place, findings)
                }
            }
            var all: [(Int, VendorFindings)] = []
            for await findings in group { all.append(findings) }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

extension SecretError {
    /// What is wrong and what to do, which the description joins with a semicolon.
    fileprivate var parts: (what: String, remedy: String) {
        guard let sign = description.firstRange(of: "; ") else { return (description, "") }
        return (String(description[..<sign.lowerBound]), String(description[sign.upperBound...]))
    }
}
