package import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// What is known of the days of a dataset; a day that was never tried is missing.
    package func coverage(
        of dataset: Dataset,
        clientID: String = "",
        organization: OrganizationKey
    ) async throws -> [Day: DayCoverage] {
        let rows = try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT usage_date, state, fetched_at, next_attempt_at
                FROM ingest.coverage
                WHERE organization_key = \(organization.rawValue)
                    AND dataset = \(dataset.rawValue)::ingest.dataset
                    AND client_id = \(clientID)
                """)
        }
        var coverage: [Day: DayCoverage] = [:]
        for row in rows {
            let (day, state, fetchedAt, nextAttemptAt) =
                try row.decode(PostgresDate.self, String.self, Date?.self, Date?.self)
            guard let state = CoverageState(rawValue: state) else {
                throw PostgresError.invalidValue("coverage state \(state) is unknown to this version")
            }
            coverage[Day(day)] = DayCoverage(state: state, fetchedAt: fetchedAt, nextAttemptAt: nextAttemptAt)
        }
        return coverage
    }

    /// Marks the days of a window as tried in vain. What is stored stays: a failed re-read keeps the state and shows
    /// its reason. The next scheduled attempt waits an hour, doubled with each failure, a day at most.
    package func markFailed(
        _ window: Window,
        organization: OrganizationKey,
        run: RunID,
        because reason: String,
        now: Date
    ) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                INSERT INTO ingest.coverage AS known (
                    organization_key, dataset, client_id, usage_date, state, run_id, last_error, failures, next_attempt_at
                )
                SELECT \(organization.rawValue), \(window.dataset.rawValue)::ingest.dataset, \(window.clientID),
                    day::date, 'failed', \(run.rawValue), \(reason), 1, \(now)::timestamptz + interval '1 hour'
                FROM generate_series(
                    \(window.firstDay.sqlDate)::timestamp, \(window.lastDay.sqlDate)::timestamp, interval '1 day'
                ) AS day
                ORDER BY day
                ON CONFLICT (organization_key, dataset, client_id, usage_date) DO UPDATE SET
                    run_id = CASE WHEN known.row_count IS NULL THEN excluded.run_id ELSE known.run_id END,
                    last_error = excluded.last_error,
                    failures = known.failures + 1,
                    next_attempt_at = \(now)::timestamptz
                        + least(interval '1 day', interval '1 hour' * power(2, least(known.failures, 10)))
                """)
        }
    }
}
