import Postgres
package import UsageDomain

extension Warehouse {
    /// Whether the limits that an organization's API states were read on a UTC day.
    package func hasLimits(of organization: OrganizationKey, on day: Day) async throws -> Bool {
        try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT EXISTS (
                    SELECT FROM ingest.limit_snapshot
                    WHERE organization_key = \(organization.rawValue) AND as_of = \(day.sqlDate)
                )
                """
            ).first?.decode(Bool.self) ?? false
        }
    }

    /// The limits that an organization's API stated when it was last asked; empty when it never was.
    package func newestLimits(of organization: OrganizationKey) async throws -> [APILimit] {
        try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT namespace, key, value
                FROM ingest.limit_snapshot AS stated
                WHERE organization_key = \(organization.rawValue)
                    AND as_of = (
                        SELECT max(as_of) FROM ingest.limit_snapshot AS latest
                        WHERE latest.organization_key = \(organization.rawValue)
                    )
                ORDER BY namespace, key
                """
            ).map { row in
                let (namespace, key, value) = try row.decode(String.self, String.self, Int64.self)
                return APILimit(namespace: namespace, key: key, value: value)
            }
        }
    }

    /// Writes the limits down that an organization's API states; those of the same day are replaced.
    package func storeLimits(_ limits: [APILimit], of organization: OrganizationKey, on day: Day) async throws {
        // A limit that is stated twice counts as stated last.
        var latest: [[String]: APILimit] = [:]
        for limit in limits { latest[[limit.namespace, limit.key]] = limit }
        let stated = latest.values.sorted { ($0.namespace, $0.key) < ($1.namespace, $1.key) }
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                INSERT INTO ingest.limit_snapshot AS known (organization_key, as_of, namespace, key, value)
                SELECT \(organization.rawValue), \(day.sqlDate)::date, namespace, key, value
                FROM unnest(
                    \(stated.map(\.namespace))::text[], \(stated.map(\.key))::text[], \(stated.map(\.value))::bigint[]
                ) AS stated (namespace, key, value)
                WHERE NOT EXISTS (
                    SELECT FROM ingest.limit_snapshot AS same
                    WHERE same.organization_key = \(organization.rawValue) AND same.as_of = \(day.sqlDate)
                        AND (same.namespace, same.key, same.value) = (stated.namespace, stated.key, stated.value)
                )
                ON CONFLICT (organization_key, as_of, namespace, key) DO UPDATE SET value = excluded.value
                """)
        }
    }
}
