import FoundationEssentials
import Ingest
import Operations
import Timekeeping
import Transport
import UsageDomain
import UsagedConfiguration
import Warehouse

/// What the examination of one source brought.
struct VendorFindings: Sendable {
    /// Whom a source turned out to be.
    struct Identity: Sendable {
        let source: SourceConfiguration
        let organization: Organization
    }

    let source: String
    var findings: [Finding] = []
    var identity: Identity?
    /// HTTP requests sent.
    var requests = 0
}

/// One source at its vendor: who it is there, and what it may read.
struct VendorExamination: Sendable {
    /// A question with all that is sent again for it.
    static let question = Duration.seconds(20)
    /// Without a byte for so long, a connection is given up.
    private static let longestSilence = Duration.seconds(10)

    let program: Program
    let source: SourceConfiguration
    let isDatabaseUsable: Bool
    let time: ExaminationTime

    init(_ program: Program, source: SourceConfiguration, isDatabaseUsable: Bool, time: ExaminationTime) {
        self.program = program
        self.source = source
        self.isDatabaseUsable = isDatabaseUsable
        self.time = time
    }

    func perform() async -> VendorFindings {
        if let rest = await rest() {
            return VendorFindings(
                source: source.name, findings: [rest] + skipped(because: "the vendor asked for silence"))
        }
        let clock = AnsweredClock(program.timekeeper)
        var manner = Vendors.Manner()
        manner.policy = .impatient
        manner.longestSilence = min(Self.longestSilence, program.longestSilence)
        manner.isQuiet = true
        manner.onAnswer = clock.note
        let vendors = Vendors(program, manner: manner)
        do {
            switch source.kind {
            case .genesys(let genesys):
                return try await vendors.withGenesys(source, genesys) { vendor in
                    await GenesysExamination(self, genesys, vendor, clock).perform()
                }
            case .infodeck(let infodeck):
                return try await vendors.withInfodeck(source, infodeck) { vendor in
                    await InfodeckExamination(self, infodeck, vendor, clock).perform()
                }
            }
        } catch is SecretError {
            // Said already of the secret itself.
            return VendorFindings(source: source.name, findings: skipped(because: "its secret cannot be read"))
        } catch {
            let failure = CommandFailure(error)
            let remedy = "name a PEM file with the certificates of the authority that vouches for the vendor (ca-file)"
            return VendorFindings(
                source: source.name,
                findings: [
                    .fault(
                        "vendor.certificate", of: source.name, failure.message, remedy: remedy, .command(failure.status)
                    )
                ] + skipped(because: "it cannot be asked"))
        }
    }

    /// Another process may have been asked for a silence that still holds: then nothing is sent.
    private func rest() async -> Finding? {
        guard isDatabaseUsable else { return nil }
        let (warehouse, name) = (program.warehouse, source.name)
        let end = try? await time.within(.seconds(5)) { try await warehouse.restingUntil(name) }
        guard let end = end ?? nil, end > program.timekeeper.date else { return nil }
        let silence = Duration.seconds(end.timeIntervalSince(program.timekeeper.date))
        return .fault(
            "vendor.silence", of: name, "rests until \(end.formatted(.iso8601)), as the vendor asked for",
            remedy: "wait \(silence.inWords); nothing is sent before", .source(.rateLimited(retryAfter: silence)))
    }

    /// What is left to say of each dataset when it cannot be asked for.
    func skipped(because reason: String) -> [Finding] {
        [.skipped("credentials", of: source.name, because: reason)]
            + source.datasets.map { .skipped("permission", of: source.name, dataset: $0, because: reason) }
    }
}
