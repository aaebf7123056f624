import FoundationEssentials
import GenesysCloud
import Ingest
import Operations
import UsageDomain
import UsagedConfiguration
import Warehouse

/// One account at Genesys Cloud: token, organization, limits, OAuth clients, and the permission of each dataset.
struct GenesysExamination {
    private let examination: VendorExamination
    private let genesys: GenesysSource
    private let vendor: GenesysCloudSource
    private let adapter: GenesysCloudAdapter
    private let clock: AnsweredClock

    init(
        _ examination: VendorExamination, _ genesys: GenesysSource, _ vendor: GenesysCloudSource, _ clock: AnsweredClock
    ) {
        self.examination = examination
        self.genesys = genesys
        self.vendor = vendor
        self.clock = clock
        adapter = GenesysCloudAdapter(vendor, byUser: false)
    }

    private var name: String { examination.source.name }
    private var diagnosis: GenesysDiagnosis { GenesysDiagnosis(source: name) }

    private func within<Answer: Sendable>(
        _ question: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await examination.time.within(VendorExamination.question, question)
    }

    func perform() async -> VendorFindings {
        var result = VendorFindings(source: name)
        do {
            let organization = try await within { [adapter] in try await adapter.organization() }
            result.identity = VendorFindings.Identity(source: examination.source, organization: organization)
            result.findings.append(
                .ok("credentials", of: name, "let in as organization \(organization.name) (\(organization.id))"))
            result.findings.append(await limits())
            result.findings.append(await clients())
            result.findings += await permissions()
            result.findings.append(clock.finding(of: name))
        } catch {
            result.findings = [diagnosis.finding(ofLogin: error)]
            result.findings += datasets.map { dataset in
                .skipped("permission", of: name, dataset: dataset.rawValue, because: "the source is not let in")
            }
        }
        result.requests = await adapter.budget?.requests ?? 0
        return result
    }

    private var datasets: [Dataset] { genesys.datasets.compactMap(Dataset.init) }

    // MARK: - Limits

    private func limits() async -> Finding {
        do {
            await adapter.keep(to: try await within { [adapter] in try await adapter.limits() })
            let allowance = await adapter.budget?.limit ?? 0
            return .ok("limits", of: name, "\(allowance) requests a minute will be sent at most")
        } catch {
            return .warning(
                "limits", of: name, "the limits cannot be read: \(error)",
                remedy: "nothing at once: what answers say of the allowance is kept to")
        }
    }

    // MARK: - OAuth clients

    /// Whether nobody but the listing says for which OAuth clients to ask.
    private var needsListing: Bool { genesys.clients == .all && datasets.contains(where: \.isPerClient) }

    private func clients() async -> Finding {
        do {
            let clients = try await within { [adapter] in try await adapter.oauthClients() }
            return .ok("oauth-clients", of: name, "\(clients.count) are listed")
        } catch {
            let remedy = "give its role the permission oauth:client:view"
            guard needsListing, await knownClients().isEmpty else {
                return .warning(
                    "oauth-clients", of: name,
                    "OAuth clients cannot be listed, so their names come from usage: \(error)",
                    remedy: remedy)
            }
            return .fault(
                "oauth-clients", of: name, "OAuth clients cannot be listed, so nobody knows whom to ask for: \(error)",
                remedy: "\(remedy), or name them in the configuration (clients: [id, …])", .windows)
        }
    }

    /// Those that a pass asked for before: it goes on with them.
    private func knownClients() async -> [String] {
        guard examination.isDatabaseUsable else { return [] }
        let (warehouse, name) = (examination.program.warehouse, name)
        let known = try? await within { try await warehouse.askedClients(of: name) }
        return known ?? []
    }

    // MARK: - Permissions

    /// Asks once where several datasets are read from one place.
    private func permissions() async -> [Finding] {
        var decided: [Set<String>: Result<DatasetPermission, any Error>] = [:]
        var findings: [Finding] = []
        for dataset in datasets {
            let key = Set(dataset.permissions + [dataset.isPerClient ? "client" : dataset.rawValue])
            let answer: Result<DatasetPermission, any Error>
            if let known = decided[key] {
                answer = known
            } else {
                do {
                    answer = .success(
                        try await within { [vendor, genesys] in
                            try await vendor.permission(for: dataset, ofClient: genesys.clientID)
                        })
                } catch {
                    answer = .failure(error)
                }
                decided[key] = answer
            }
            findings.append(permission(of: dataset, answer))
        }
        return findings
    }

    private func permission(of dataset: Dataset, _ answer: Result<DatasetPermission, any Error>) -> Finding {
        switch answer {
        case .success(.granted):
            return .ok("permission", of: name, dataset: dataset.rawValue, "may be read")
        case .success(.missing(let words)):
            let wanted = dataset.permissions.joined(separator: " or ")
            return .fault(
                "permission", of: name, dataset: dataset.rawValue, "may not be read: \(words)",
                remedy: "give a role of the OAuth client \(genesys.clientID) the permission \(wanted)", .windows)
        case .success(.undecided(let words)):
            return .warning(
                "permission", of: name, dataset: dataset.rawValue, "it cannot be told whether it may be read: \(words)",
                remedy: "usaged run --once --source \(name) --dataset \(dataset.rawValue) shows it")
        case .failure(let error):
            return diagnosis.finding(ofDataset: dataset, error)
        }
    }
}

extension Dataset {
    /// Any one of these lets it be read: the older spelling first, where it is enough (contract, section 1).
    fileprivate var permissions: [String] {
        switch self {
        case .organizationQuery: ["oauth:client:view", "usage:organization:view"]
        case .clientQuery, .clientSummary: ["oauth:client:view", "usage:client:view"]
        case .simplesearch: ["oauth:client:view", "usage:simpleSearch:view"]
        case .organizationJobs: ["usage:organization:view"]
        case .clientJobs: ["usage:client:view"]
        case .channelUsage: []
        }
    }
}
