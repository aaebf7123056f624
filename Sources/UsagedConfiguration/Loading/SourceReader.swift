import FoundationEssentials
import UsageDomain

/// Reads the list of sources: each by the rules of its kind, then all of them against one another.
struct SourceReader {
    let loader: ConfigurationLoader

    private static let common = ["name", "kind", "start-date"]
    private static let genesys = [
        "region", "api-url", "login-url", "ca-file", "client-id", "client-secret", "datasets", "primary", "by-user",
        "clients", "summary-days", "request-share",
    ]
    private static let infodeck = ["api-url", "organization-id", "api-key", "time-zone"]

    /// The sources that could be read; what is wrong with them and the others is in the findings of the fields.
    func read(_ fields: [Field]) -> [SourceConfiguration] {
        var names: [String: Field] = [:]
        let sources = fields.compactMap { read($0, names: &names) }
        refuseDoubleClaims(fields)
        return sources
    }

    private func read(_ field: Field, names: inout [String: Field]) -> SourceConfiguration? {
        guard let kind = kind(of: field) else {
            readWithoutKind(field, names: &names)
            return nil
        }
        let section = field.section(known: Self.common + keys(of: kind), foreign: foreignKeys(to: kind))
        guard let section else { return nil }
        let name = name(in: section, &names)
        let startDate = startDate(in: section, kind)
        let payload: SourceConfiguration.Kind? =
            switch kind {
            case .genesys: section.genesysSource().map { .genesys($0) }
            case .infodeck: section.infodeckSource().map { .infodeck($0) }
            }
        guard let name, let startDate, let payload else { return nil }
        return SourceConfiguration(name: name, startDate: startDate, kind: payload)
    }

    /// Without a kind only what all kinds share can be judged; a key that no kind knows is still refused.
    private func readWithoutKind(_ field: Field, names: inout [String: Field]) {
        guard let section = field.section(known: Self.common + Self.genesys + Self.infodeck) else { return }
        _ = section.required("kind", remedy: "say kind: genesys or kind: infodeck")?.choice(of: Kind.self)
        _ = name(in: section, &names)
        _ = startDate(in: section, .infodeck)
    }

    private func name(in section: Section, _ names: inout [String: Field]) -> String? {
        guard
            let field = section.required("name", remedy: "give a short unique name, as name: acme"),
            let name = field.sourceName()
        else { return nil }
        if let first = names[name] {
            field.refuse(
                "another source has the name \(name) already, on line \(first.position.line)",
                "give each source its own name")
            return nil
        }
        names[name] = field
        return name
    }

    private func startDate(in section: Section, _ kind: Kind) -> Day? {
        // Infodeck counts days in the organization's own zone, which may be 14 hours ahead of UTC.
        let now = kind == .infodeck ? loader.now.addingTimeInterval(14 * 3600) : loader.now
        return section.required("start-date", remedy: "say from which day coverage is owed, as 2025-01-01")?
            .date(notAfter: Day(containing: now))
    }
}

extension SourceReader {
    private enum Kind: String, CaseIterable {
        case genesys, infodeck
    }

    private func keys(of kind: Kind) -> [String] {
        switch kind {
        case .genesys: Self.genesys
        case .infodeck: Self.infodeck
        }
    }

    private func foreignKeys(to kind: Kind) -> [String: String] {
        let own = Set(keys(of: kind))
        var owners: [String: String] = [:]
        for other in Kind.allCases where other != kind {
            for key in keys(of: other) where !own.contains(key) { owners[key] = "sources of kind \(other.rawValue)" }
        }
        return owners
    }

    private func kind(of field: Field) -> Kind? {
        field.peek("kind").flatMap { Kind(rawValue: $0) }
    }
}

extension SourceReader {
    /// One dataset of one organization, as far as the file alone can tell organizations apart.
    private struct Claim: Hashable {
        let api: String
        let account: String
        let dataset: String
    }

    private func refuseDoubleClaims(_ fields: [Field]) {
        var owners: [Claim: String] = [:]
        for field in fields {
            for claim in claims(of: field) {
                if let owner = owners[claim] {
                    field.member(["datasets", "organization-id", "client-id"]).refuse(
                        "source \(owner) already claims \(claim.dataset) of the same organization",
                        "leave it to one of the two sources")
                } else {
                    owners[claim] = quiet(field)?["name"]?.sourceName() ?? field.path
                }
            }
        }
    }

    private func claims(of field: Field) -> [Claim] {
        guard let kind = kind(of: field), let section = quiet(field) else { return [] }
        let (api, account, datasets) =
            switch kind {
            case .genesys:
                (
                    section.genesysEndpoints()?.api, section["client-id"]?.clientID(),
                    section.genesysDatasets()
                )
            case .infodeck:
                (section.infodeckAPI(), section["organization-id"]?.identifier(), InfodeckSource.datasets)
            }
        guard let api, let account, let datasets else { return [] }
        return datasets.map { Claim(api: api.lowercased(), account: account.lowercased(), dataset: $0) }
    }

    /// A source whose problems go nowhere, so that another fault of it does not hide a double claim.
    private func quiet(_ field: Field) -> Section? {
        Field(node: field.node, path: field.path, findings: Findings(file: ""))
            .section(known: Self.common + Self.genesys + Self.infodeck)
    }
}
