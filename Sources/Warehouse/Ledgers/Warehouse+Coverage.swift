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
            coverage[Day(day)] = DayCoverage(
                state: try Self.state(state), fetchedAt: fetchedAt, nextAttemptAt: nextAttemptAt)
        }
        return coverage
    }

    /// What is known of the days of a dataset that is asked for each OAuth client, by client id. A client of which
    /// nothing was ever tried is missing.
    package func coverage(
        ofEachClientIn dataset: Dataset,
        organization: OrganizationKey
    ) async throws -> [String: [Day: DayCoverage]] {
        let rows = try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT client_id, usage_date, state, fetched_at, next_attempt_at
                FROM ingest.coverage
                WHERE organization_key = \(organization.rawValue)
                    AND dataset = \(dataset.rawValue)::ingest.dataset
                """)
        }
        var coverage: [String: [Day: DayCoverage]] = [:]
        for row in rows {
            let (client, day, state, fetchedAt, nextAttemptAt) =
                try row.decode(String.self, PostgresDate.self, String.self, Date?.self, Date?.self)
            coverage[client, default: [:]][Day(day)] = DayCoverage(
                state: try Self.state(state), fetchedAt: fetchedAt, nextAttemptAt: nextAttemptAt)
        }
        return coverage
    }

    private static func state(_ text: String) throws -> CoverageState {
        guard let state = CoverageState(rawValue: text) else {
            throw PostgresError.invalidValue("coverage state \(text) is unknown to this version")
        }
        return state
    }

    /// Marks the days of a window as tried in vain. What is stored stays: a failed re-read keeps the state and shows
    /// its reason. A day that was unavailable and now fails for another reason is failed: the API may give it yet. The next scheduled attempt waits an hour, doubled with each failure, a day at most.
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
                    state = CASE WHEN known.row_count IS NULL THEN 'failed' ELSE known.state END,
                    run_id = CASE WHEN known.row_count IS NULL THEN excluded.run_id ELSE known.run_id END,
                    last_error = excluded.last_error,
                    failures = known.failures + 1,
                    next_attempt_at = \(now)::timestamptz
                        + least(interval '1 day', interval '1 hour' * power(2, least(known.failures, 10)))
                """)
        }
    }

    /// Marks days as such that the API will not give. Days that were never stored become unavailable; what is stored
    /// stays, with the reason beside it.
    ///
    /// - Parameters:
    ///   - windows: of any datasets and clients.
    ///   - organization: the organization that was asked about.
    ///   - run: the run that learnt it.
    ///   - reason: for `status` and the views.
    ///   - nextAttempt: when a scheduled pass asks again; nil for never.
    /// - Throws: `PostgresError`.
    package func markUnavailable(
        _ windows: [Window],
        organization: OrganizationKey,
        run: RunID,
        because reason: String,
        until nextAttempt: Date?
    ) async throws {
        guard !windows.isEmpty else { return }
        let attempt: SQL = if let nextAttempt { "\(nextAttempt)::timestamptz" } else { "NULL::timestamptz" }
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                INSERT INTO ingest.coverage AS known (
                    organization_key, dataset, client_id, usage_date, state, run_id, last_error, next_attempt_at
                )
                SELECT DISTINCT \(organization.rawValue)::integer, stated.dataset::ingest.dataset, stated.client_id,
                    day::date, 'unavailable', \(run.rawValue)::bigint, \(reason)::text, \(attempt)
                FROM unnest(
                    \(windows.map(\.dataset.rawValue))::text[], \(windows.map(\.clientID))::text[],
                    \(windows.map(\.firstDay.sqlDate))::date[], \(windows.map(\.lastDay.sqlDate))::date[]
                ) AS stated (dataset, client_id, first_day, last_day)
                CROSS JOIN LATERAL generate_series(
                    stated.first_day::timestamp, stated.last_day::timestamp, interval '1 day'
                ) AS day
                ORDER BY 2, 3, 4
                ON CONFLICT (organization_key, dataset, client_id, usage_date) DO UPDATE SET
                    state = CASE WHEN known.row_count IS NULL THEN 'unavailable' ELSE known.state END,
                    run_id = CASE WHEN known.row_count IS NULL THEN excluded.run_id ELSE known.run_id END,
                    last_error = excluded.last_error,
                    -- An answer was had, if not the wanted one: a later failure begins with the shortest wait.
                    failures = 0,
                    next_attempt_at = excluded.next_attempt_at
                """)
        }
    }
}
