import Postgres
import Testing
import UsageDomain

@testable import Warehouse

extension Fixture {
    /// Writes days of a dataset as if they had been stored, one amount a day from the first on; nil is not stored.
    ///
    /// Only coverage and the sums by day are written, of one client and one endpoint: what the views read.
    func seedTotals(
        _ amounts: [Int64?],
        from first: String,
        client: String = "c-1",
        uri: String = "api/v2/users",
        dataset: Dataset = .organizationQuery,
        writesCoverage: Bool = true
    ) async throws {
        let firstDay = WarehouseTests.day(first)
        let days = amounts.indices.filter { amounts[$0] != nil }.map { firstDay.advanced(by: $0).description }
        try await seedClient(client, name: "Client \(client)")
        try await query(
            """
            WITH claim AS (
                INSERT INTO ingest.claim
                SELECT organization_key, \(dataset.rawValue)::ingest.dataset, source_key
                FROM ingest.source WHERE organization_key = \(organization.rawValue)
                ON CONFLICT DO NOTHING
            )
            INSERT INTO ingest.endpoint (template_uri, http_method, platform) VALUES (\(uri), 'GET', '')
            ON CONFLICT DO NOTHING
            """)
        for month in Set(days.map { $0.prefix(7) }) {
            try await query("SELECT ingest.ensure_partition(\("\(month)-01")::date)")
        }
        if writesCoverage {
            try await query(
                """
                INSERT INTO ingest.coverage (
                    organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
                )
                SELECT \(organization.rawValue)::integer, \(dataset.rawValue)::ingest.dataset, '', day::date, 'covered', 1, 1,
                    '2026-01-01', \(run.rawValue)::bigint
                FROM unnest(\(days)::text[]) AS day
                """)
        }
        // A day without usage has no line.
        try await query(
            """
            WITH line AS (
                SELECT amount, day::date AS usage_date, \(organization.rawValue)::integer AS organization_key,
                    \(dataset.rawValue)::ingest.dataset AS dataset
                FROM unnest(\(days)::text[], \(amounts.compactMap(\.self))::bigint[]) AS given (day, amount)
                WHERE amount > 0
            ), client AS (
                INSERT INTO ingest.client_day
                SELECT amount, amount, 0, 0, 0, 0, 1, line.organization_key, dataset, usage_date, client_key
                FROM line INNER JOIN ingest.oauth_client USING (organization_key)
                WHERE client_id = \(client)
            )
            INSERT INTO ingest.endpoint_day AS total
            SELECT amount, amount, 0, 0, 0, 0, 1, organization_key, dataset, usage_date, endpoint_key
            FROM line CROSS JOIN ingest.endpoint
            WHERE template_uri = \(uri) AND platform = ''
            ON CONFLICT (organization_key, dataset, usage_date, endpoint_key) DO UPDATE
            SET requests = total.requests + EXCLUDED.requests, status_200 = total.status_200 + EXCLUDED.status_200,
                rows = total.rows + 1
            """)
    }

    /// Expects the lines of an answer, each as PostgreSQL writes a row, asked as of a moment.
    func expect(
        _ sql: SQL,
        asOf now: String,
        is answer: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let lines = try await texts("SELECT line::text FROM (\(sql)) AS line", asOf: now)
        #expect(lines == answer, sourceLocation: sourceLocation)
    }
}
