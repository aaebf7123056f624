package import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// Writes down which organization a source authenticated as, and claims its datasets for the source.
    ///
    /// - Throws: `WarehouseError.datasetClaimed` when another configured source owns a dataset of the organization,
    ///   `WarehouseError.organizationChanged` when the source was another organization before.
    package func identify(
        _ source: SourceRegistration,
        as organization: Organization,
        now: Date
    ) async throws -> OrganizationKey {
        try await pool.withTransaction { connection in
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('usaged sources', 0))")
            let key = try Self.key(of: organization, now: now, on: connection)
            let former = try connection.query(
                """
                SELECT organization.organization_id
                FROM ingest.source AS source
                INNER JOIN ingest.organization AS organization USING (organization_key)
                WHERE source.name = \(source.name)
                """
            ).first?.decode(String.self)
            if let former, former != organization.id {
                throw WarehouseError.organizationChanged(source: source.name, from: former, to: organization)
            }
            try connection.execute(
                """
                UPDATE ingest.source
                SET organization_key = \(key.rawValue), last_error = '', last_error_at = NULL,
                    resting_until = CASE WHEN resting_until > \(now)::timestamptz THEN resting_until END
                WHERE name = \(source.name)
                    AND (organization_key IS DISTINCT FROM \(key.rawValue) OR last_error <> '')
                """)
            for asked in source.datasets {
                try Self.claim(asked.dataset, of: organization, key, for: source.name, on: connection)
            }
            try connection.execute(
                """
                UPDATE ingest.organization AS organization
                SET primary_dataset = \(source.primary.rawValue)::ingest.dataset, last_changed_at = \(now)::timestamptz
                WHERE organization_key = \(key.rawValue)
                    AND primary_dataset IS DISTINCT FROM \(source.primary.rawValue)::ingest.dataset
                    AND NOT EXISTS (
                        -- Another configured source of this organization said so first.
                        SELECT FROM ingest.claim AS claim
                        INNER JOIN ingest.source AS other USING (source_key)
                        WHERE claim.organization_key = organization.organization_key
                            AND claim.dataset = organization.primary_dataset
                            AND other.is_configured
                            AND other.name <> \(source.name)
                    )
                """)
            return key
        }
    }

    private static func key(
        of organization: Organization,
        now: Date,
        on connection: isolated PostgresConnection
    ) throws -> OrganizationKey {
        try connection.execute(
            """
            INSERT INTO ingest.organization (organization_id, name, first_seen_at, last_changed_at)
            SELECT \(organization.id)::text, \(organization.name)::text, \(now)::timestamptz, \(now)::timestamptz
            WHERE NOT EXISTS (SELECT FROM ingest.organization WHERE organization_id = \(organization.id))
            """)
        try connection.execute(
            """
            UPDATE ingest.organization SET name = \(organization.name), last_changed_at = \(now)::timestamptz
            WHERE organization_id = \(organization.id) AND name <> \(organization.name) AND \(organization.name) <> ''
            """)
        let rows = try connection.query(
            "SELECT organization_key FROM ingest.organization WHERE organization_id = \(organization.id)")
        guard let key = try rows.first?.decode(Int32.self) else {
            throw PostgresError.invalidValue("an organization that was just written cannot be read back")
        }
        return OrganizationKey(rawValue: key)
    }

    private static func claim(
        _ dataset: Dataset,
        of organization: Organization,
        _ key: OrganizationKey,
        for source: String,
        on connection: isolated PostgresConnection
    ) throws {
        let owner = try connection.query(
            """
            SELECT source.name
            FROM ingest.claim AS claim
            INNER JOIN ingest.source AS source USING (source_key)
            INNER JOIN ingest.source_dataset AS asked USING (source_key, dataset)
            WHERE claim.organization_key = \(key.rawValue)
                AND claim.dataset = \(dataset.rawValue)::ingest.dataset
                AND source.is_configured AND asked.is_configured
            """
        ).first?.decode(String.self)
        if let owner, owner != source {
            throw WarehouseError.datasetClaimed(
                dataset, organization: organization, bySource: owner, wantedBy: source)
        }
        guard owner == nil else { return }
        try connection.execute(
            """
            INSERT INTO ingest.claim (organization_key, dataset, source_key)
            SELECT \(key.rawValue), \(dataset.rawValue)::ingest.dataset, source_key
            FROM ingest.source WHERE name = \(source)
            ON CONFLICT (organization_key, dataset) DO UPDATE SET source_key = excluded.source_key
            """)
    }

    /// Until when a vendor asked a source for silence; nil when it did not.
    package func restingUntil(_ source: String) async throws -> Date? {
        try await pool.withConnection { connection in
            let rows = try connection.query("SELECT resting_until FROM ingest.source WHERE name = \(source)")
            return try rows.first.flatMap { try $0.decode("resting_until", as: Date?.self) }
        }
    }

    /// The organization a source authenticated as earlier; nil when it never did.
    package func organizationKey(of source: String) async throws -> OrganizationKey? {
        try await pool.withConnection { connection in
            try connection.query("SELECT organization_key FROM ingest.source WHERE name = \(source)")
                .first?.decode(Int32?.self).map(OrganizationKey.init(rawValue:))
        }
    }

    /// Writes down why a source as a whole could not work.
    ///
    /// - Parameters:
    ///   - source: its name in the configuration.
    ///   - error: the reason, for `status` and the views.
    ///   - restingUntil: until when the vendor asked for silence, which a restart must not forget; nil if it did not.
    ///   - now: the current time.
    /// - Throws: `PostgresError`.
    package func markSourceFailed(
        _ source: String,
        because error: String,
        restingUntil: Date? = nil,
        now: Date
    ) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.source
                SET last_error = \(error), last_error_at = \(now)::timestamptz,
                    -- A longer silence that was asked for before still holds; NULL is the least of all.
                    resting_until = greatest(
                        resting_until,
                        to_timestamp(nullif(\(restingUntil?.timeIntervalSince1970 ?? .nan)::double precision, 'NaN'))
                    )
                WHERE name = \(source)
                """)
        }
    }
}
