import UsageDomain
import UsagedConfiguration
import Warehouse

/// Whether each dataset of an organization belongs to one source alone, in this configuration and in the database.
struct ClaimExamination {
    private let program: Program
    private let organizations: [VendorFindings.Identity]
    private let isDatabaseUsable: Bool
    private let time: ExaminationTime

    init(
        _ program: Program, organizations: [VendorFindings.Identity], isDatabaseUsable: Bool, time: ExaminationTime
    ) {
        self.program = program
        self.organizations = organizations
        self.isDatabaseUsable = isDatabaseUsable
        self.time = time
    }

    func findings() async -> [Finding] {
        var findings = withinConfiguration
        let said = Set(findings.map { [$0.source, $0.dataset] })
        for identity in organizations {
            guard isDatabaseUsable else {
                findings.append(
                    .skipped("claim", of: identity.source.name, because: "what the database knows cannot be read"))
                continue
            }
            let inDatabase = await claims(against: identity)
            findings += inDatabase.filter { !said.contains([$0.source, $0.dataset]) }
        }
        return findings
    }

    // MARK: - In the configuration

    /// The first source of the file has a dataset; every further one of the same organization is refused.
    private var withinConfiguration: [Finding] {
        var owners: [[String]: String] = [:]
        var findings: [Finding] = []
        for identity in organizations {
            for dataset in identity.source.datasets {
                let key = [identity.organization.id, dataset]
                if let owner = owners[key] {
                    findings.append(claimed(dataset, of: identity, by: owner))
                } else {
                    owners[key] = identity.source.name
                }
            }
        }
        return findings
    }

    private func claimed(_ dataset: String, of identity: VendorFindings.Identity, by owner: String) -> Finding {
        .fault(
            "claim", of: identity.source.name, dataset: dataset,
            "of organization \(identity.organization.id) belongs to source \(owner)",
            remedy: "take the dataset out of one of the two: one source each", .command(.badConfiguration))
    }

    // MARK: - In the database

    private func claims(against identity: VendorFindings.Identity) async -> [Finding] {
        let source = identity.source
        let standing: SourceStanding
        do {
            let vendors = Vendors(program)
            let configured = try program.configuration.sources.map { try vendors.registration(of: $0) }
            let (warehouse, id) = (program.warehouse, identity.organization.id)
            standing = try await time.within(.seconds(5)) {
                try await warehouse.standing(of: source.name, as: id, besides: configured)
            }
        } catch {
            return [.skipped("claim", of: source.name, because: "\(error)")]
        }
        if let former = standing.formerOrganization, former != identity.organization.id {
            return [
                .fault(
                    "claim", of: source.name,
                    "used to be organization \(former) and is \(identity.organization.id) now",
                    remedy: "give the new account a new source name, so that their usage is not mixed",
                    .command(.badConfiguration))
            ]
        }
        let owned = source.datasets.compactMap { dataset in
            Dataset(rawValue: dataset).flatMap { standing.ownersOfDatasets[$0] }
                .map { claimed(dataset, of: identity, by: $0) }
        }
        return owned.isEmpty ? [.ok("claim", of: source.name, "its datasets are its own")] : owned
    }
}
