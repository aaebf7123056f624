import Postgres

/// Whether the journal, undone from its newest entry backwards, is consistent: each entry leads to the row as it stands,
/// or to what the next entry of that row changed.
struct JournalReview: Sendable {
    struct Result: Sendable {
        let entries: Int
        /// Entries that do not lead to the next one, or to what is stored.
        let broken: Int

        var isClean: Bool { broken == 0 }
    }

    let warehouse: SoakWarehouse

    /// - Throws: `PostgresError`.
    func perform() async throws -> Result {
        let answers = try await warehouse.texts(
            """
            WITH journal AS (
                SELECT
                    organization_key, dataset, usage_date, client_key, endpoint_key, user_key,
                    calling_organization_key,
                    ROW(new_requests, new_status_200, new_status_300, new_status_400, new_status_429, new_status_500)
                        AS new_counts,
                    lead(ROW(old_requests, old_status_200, old_status_300, old_status_400, old_status_429,
                        old_status_500)) OVER following AS next_counts,
                    row_number() OVER following = count(*) OVER row_of_usage AS is_newest
                FROM ingest.restatement
                WINDOW
                    row_of_usage AS (PARTITION BY organization_key, dataset, usage_date, client_key, endpoint_key,
                        user_key, calling_organization_key),
                    following AS (PARTITION BY organization_key, dataset, usage_date, client_key, endpoint_key,
                        user_key, calling_organization_key ORDER BY restatement_id)
            )

            SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE
                CASE
                    WHEN NOT is_newest THEN new_counts IS DISTINCT FROM next_counts
                    ELSE new_counts IS DISTINCT FROM ROW(
                        stored.requests, stored.status_200, stored.status_300, stored.status_400, stored.status_429,
                        stored.status_500)
                END))
            FROM journal
            LEFT JOIN ingest.usage_row AS stored USING (organization_key, dataset, usage_date, client_key,
                endpoint_key, user_key, calling_organization_key)
            """)
        let numbers = answers.first?.split(separator: " ").compactMap { Int($0) } ?? []
        return Result(entries: numbers.first ?? 0, broken: numbers.last ?? 0)
    }
}
