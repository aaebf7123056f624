import Postgres
package import UsageDomain

/// What the database holds against a source that would work now.
package struct SourceStanding: Equatable, Sendable {
    /// The id of the organization that the source authenticated as before; nil when it never did.
    package let formerOrganization: String?
    /// The datasets of the organization that another source owns, with that source's name.
    package let ownersOfDatasets: [Dataset: String]

    package init(formerOrganization: String?, ownersOfDatasets: [Dataset: String]) {
        self.formerOrganization = formerOrganization
        self.ownersOfDatasets = ownersOfDatasets
    }
}

extension Warehouse {
    /// Looks, without writing anything, at what ``register(_:)`` and ``identify(_:as:now:)`` would refuse.
    ///
    /// - Parameters:
    ///   - source: its name in the configuration.
    ///   - organizationID: whom it authenticated as.
    ///   - configured: what this configuration asks of each of its sources. A claim of a source that it lacks counts only
    ///     while another living process is configured for that source.
    /// - Returns: what is in the way.
    /// - Throws: `PostgresError`.
    package func standing(
        of source: String,
        as organizationID: String,
        besides configured: [SourceRegistration]
    ) async throws -> SourceStanding {
        let presence = LockName.key(ofPresenceFor: "source.name")
        return try await pool.withConnection(timeout: .seconds(5)) { connection in
            let former = try connection.query(
                """
                SELECT organization.organization_id
                FROM ingest.source AS source
                INNER JOIN ingest.organization AS organization USING (organization_key)
                WHERE source.name = \(source)
                """
            ).first?.decode(String.self)
            let claims = try connection.query(
                """
                SELECT claim.dataset::text, source.name,
                    EXISTS (SELECT FROM pg_locks WHERE \(LockName.isRow(ofKey: presence))) AS is_alive
                FROM ingest.claim AS claim
                INNER JOIN ingest.organization AS organization USING (organization_key)
                INNER JOIN ingest.source AS source USING (source_key)
                INNER JOIN ingest.source_dataset AS asked USING (source_key, dataset)
                WHERE organization.organization_id = \(organizationID)
                    AND source.is_configured AND asked.is_configured
                    AND source.name <> \(source)
                """
            ).map { try $0.decode(String.self, String.self, Bool.self) }
            let asked = Dictionary(
                configured.map { ($0.name, Set($0.datasets.map(\.dataset))) }, uniquingKeysWith: { $0.union($1) })
            var owners: [Dataset: String] = [:]
            for (name, owner, isAlive) in claims {
                guard let dataset = Dataset(rawValue: name) else { continue }
                if asked[owner]?.contains(dataset) ?? isAlive { owners[dataset] = owner }
            }
            return SourceStanding(formerOrganization: former, ownersOfDatasets: owners)
        }
    }

    /// Those of some sources that a living process is configured for.
    ///
    /// - Parameter sources: their names.
    /// - Returns: the names of those, in the order given.
    /// - Throws: `PostgresError`.
    package func livingSources(of sources: [String]) async throws -> [String] {
        let presence = LockName.key(ofPresenceFor: "named.name")
        return try await pool.withConnection(timeout: .seconds(5)) { connection in
            try connection.query(
                """
                SELECT named.name
                FROM unnest(\(sources)::text[]) WITH ORDINALITY AS named (name, place)
                WHERE EXISTS (SELECT FROM pg_locks WHERE \(LockName.isRow(ofKey: presence)))
                ORDER BY place
                """
            ).map { try $0.decode(String.self) }
        }
    }
}
