import Postgres
package import UsageDomain

extension Warehouse {
    /// How many rows a simple search of a day probably has: as many as the organization query of the same day, unless that
    /// is grouped by user too, otherwise as the largest simple search within a week of the day.
    ///
    /// - Returns: nil when nothing is known.
    /// - Throws: `PostgresError`.
    package func expectedRows(of day: Day, organization: OrganizationKey) async throws -> Int64? {
        try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT coalesce(
                    (
                        SELECT row_count FROM ingest.coverage
                        WHERE organization_key = \(organization.rawValue) AND dataset = 'organization_query'
                            AND client_id = '' AND usage_date = \(day.sqlDate)
                            AND NOT EXISTS (
                                SELECT FROM ingest.claim INNER JOIN ingest.source_dataset USING (source_key, dataset)
                                WHERE organization_key = \(organization.rawValue) AND dataset = 'organization_query'
                                    AND by_user
                            )
                    ),
                    (
                        SELECT max(row_count) FROM ingest.coverage
                        WHERE organization_key = \(organization.rawValue) AND dataset = 'simplesearch'
                            AND client_id = ''
                            AND usage_date BETWEEN \(day.advanced(by: -7).sqlDate) AND \(day.advanced(by: 7).sqlDate)
                    )
                )
                """
            ).first?.decode(Int64?.self) ?? nil
        }
    }

    /// The counters of a stored day by the current name of the OAuth client, to compare another dataset's with.
    ///
    /// - Returns: nil when the day is not stored; nothing under a name without usage.
    /// - Throws: `PostgresError`.
    package func totalsByClientName(
        of dataset: Dataset,
        day: Day,
        organization: OrganizationKey
    ) async throws -> [String: CounterSums]? {
        let rows = try await pool.withConnection { connection in
            // One statement, so that the coverage is that of the rows.
            try connection.query(
                """
                SELECT total.*
                FROM ingest.coverage AS stored
                LEFT JOIN (
                    SELECT client.name, sum(requests)::text, sum(status_200)::text, sum(status_300)::text,
                        sum(status_400)::text, sum(status_429)::text, sum(status_500)::text
                    FROM ingest.usage_row AS fact
                    INNER JOIN ingest.oauth_client AS client USING (client_key)
                    WHERE fact.organization_key = \(organization.rawValue)
                        AND fact.dataset = \(dataset.rawValue)::ingest.dataset AND fact.usage_date = \(day.sqlDate)
                    GROUP BY client.name
                ) AS total ON true
                WHERE stored.organization_key = \(organization.rawValue)
                    AND stored.dataset = \(dataset.rawValue)::ingest.dataset
                    AND stored.client_id = '' AND stored.usage_date = \(day.sqlDate) AND stored.row_count IS NOT NULL
                """
            ).map { row -> (String?, [String?]) in
                let (name, requests, status200, status300, status400, status429, status500) = try row.decode(
                    String?.self, String?.self, String?.self, String?.self, String?.self, String?.self, String?.self)
                return (name, [requests, status200, status300, status400, status429, status500])
            }
        }
        guard !rows.isEmpty else { return nil }
        var totals: [String: CounterSums] = [:]
        for case (let name?, let counters) in rows {
            let sums = counters.compactMap { $0.flatMap { Int128($0) } }
            guard sums.count == 6 else { throw PostgresError.invalidValue("a sum of counters is not a whole number") }
            totals[name, default: CounterSums()] += CounterSums(
                requests: sums[0], status200: sums[1], status300: sums[2], status400: sums[3], status429: sums[4],
                status500: sums[5])
        }
        return totals
    }
}
