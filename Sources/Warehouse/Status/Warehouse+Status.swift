package import FoundationEssentials
import Postgres
import UsageDomain

extension Warehouse {
    /// Reads freshness, problems, differences, late days and the last runs in one snapshot.
    ///
    /// - Parameters:
    ///   - watchedDays: how many days after its date a day is read again each day; see ``LateDay``.
    ///   - now: the current time.
    /// - Returns: what the database knows now.
    /// - Throws: `PostgresError`.
    package func status(watchedDays: Int = .max, now: Date = Date()) async throws -> StatusReport {
        // The comparisons read five weeks of facts.
        try await pool.withTransaction(timeout: .seconds(120)) { connection in
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            // A plan over every month's partition takes longer to compile than to run.
            try connection.execute("SET LOCAL jit = off")
            let (problems, count) = try Self.problems(on: connection)
            return StatusReport(
                version: StatusReport.schemaVersion,
                readAt: now,
                sources: try Self.sourceStates(now: now, on: connection),
                requestsOfLastDay: try Self.requestsOfLastDay(now: now, on: connection),
                coverage: try Self.coverageStrips(on: connection),
                freshness: try Self.freshness(on: connection),
                problems: problems,
                hiddenProblems: count - problems.count,
                monthDifferences: try Self.monthDifferences(on: connection),
                backingOff: try Self.backingOff(on: connection),
                reconciliations: try Self.reconciliations(on: connection),
                lateness: try Self.lateness(beyond: watchedDays, on: connection),
                retention: try Self.retention(on: connection),
                runs: try Self.runs(on: connection)
            )
        }
    }

    private static func freshness(on connection: isolated PostgresConnection) throws -> [StatusReport.Freshness] {
        try connection.query(
            """
            SELECT source, dataset, newest_day, days_behind::bigint AS days_behind, gaps, failed_days, provisional_days,
                last_fetched_at, next_attempt_at, last_error, clients, unavailable_clients, unavailable_days
            FROM usage.freshness
            ORDER BY source, dataset
            """
        ).map { row in
            StatusReport.Freshness(
                source: try row.decode("source"), dataset: try row.decode("dataset"),
                newestDay: try row.decode("newest_day", as: PostgresDate?.self).map { Day($0).description },
                daysBehind: try count(row, "days_behind"), gaps: try count(row, "gaps"),
                failedDays: try count(row, "failed_days"), provisionalDays: try count(row, "provisional_days"),
                lastFetchedAt: try row.decode("last_fetched_at"), nextAttemptAt: try row.decode("next_attempt_at"),
                lastError: try row.decode("last_error"),
                clients: try row.decode("clients", as: Int64?.self).map { Int($0) },
                unavailableClients: try row.decode("unavailable_clients", as: Int64?.self).map { Int($0) },
                unavailableDays: try count(row, "unavailable_days"))
        }
    }

    /// The newest problems, and how many there are in all.
    private static func problems(
        on connection: isolated PostgresConnection
    ) throws -> (newest: [StatusReport.Problem], count: Int) {
        let rows = try connection.query(
            """
            WITH problem AS (
                SELECT source, dataset, client_id, client_name, usage_date, state, last_error,
                    min(client_id) OVER reason <> max(client_id) OVER reason AS is_of_several,
                    -- Consecutive days of one client with one state and reason share this difference.
                    usage_date - row_number() OVER (
                        PARTITION BY source, dataset, state, last_error, client_id ORDER BY usage_date
                    )::integer AS island
                FROM usage.coverage
                WHERE (state IN ('gap', 'failed', 'unavailable') OR last_error <> '')
                    -- A snapshot that failed long ago can be neither mended nor forgotten.
                    AND (dataset <> 'client_summary' OR usage_date > ingest.today() - 7)
                WINDOW reason AS (PARTITION BY source, dataset, state, last_error)
            )
            SELECT source, dataset, min(usage_date) AS first_day, max(usage_date) AS last_day, state, last_error,
                CASE WHEN is_of_several THEN '' ELSE max(coalesce(nullif(client_name, ''), client_id)) END AS client,
                count(DISTINCT nullif(client_id, '')) AS clients, count(*) AS days, count(*) OVER () AS problems
            FROM problem
            GROUP BY source, dataset, state, last_error, is_of_several, CASE WHEN NOT is_of_several THEN island END
            ORDER BY max(usage_date) DESC, source, dataset, state, last_error
            LIMIT 20
            """)
        let newest = try rows.map { row in
            StatusReport.Problem(
                source: try row.decode("source"), dataset: try row.decode("dataset"),
                firstDay: Day(try row.decode("first_day", as: PostgresDate.self)).description,
                lastDay: Day(try row.decode("last_day", as: PostgresDate.self)).description,
                state: try row.decode("state"), reason: try row.decode("last_error"),
                client: try row.decode("client"), clients: try count(row, "clients"), days: try count(row, "days"))
        }
        return (newest, try rows.first.map { try count($0, "problems") } ?? 0)
    }

    private static func monthDifferences(
        on connection: isolated PostgresConnection
    ) throws -> [StatusReport.MonthDifference] {
        try connection.query(
            """
            SELECT coalesce(source, '') AS source, to_char(first_day, 'YYYY-MM') AS month, channel,
                stated_units::text AS stated_units, summed_units::text AS summed_units, difference::text AS difference
            FROM usage.channel_month
            WHERE difference <> 0
            ORDER BY first_day DESC, source, channel
            LIMIT 20
            """
        ).map { row in
            StatusReport.MonthDifference(
                source: try row.decode("source"), month: try row.decode("month"), channel: try row.decode("channel"),
                statedUnits: try row.decode("stated_units"), summedUnits: try row.decode("summed_units"),
                difference: try row.decode("difference"))
        }
    }

    private static func reconciliations(
        on connection: isolated PostgresConnection
    ) throws -> [StatusReport.Reconciliation] {
        try connection.query(
            """
            SELECT coalesce(source, '') AS source, comparison, count(*) AS compared_days,
                sum(unexpected_differences)::bigint AS differences,
                coalesce(sum(unexpected_differences) FILTER (WHERE is_provisional), 0)::bigint AS provisional,
                max(usage_date) FILTER (WHERE unexpected_differences > 0) AS newest
            FROM usage.reconciliation_day
            WHERE usage_date >= ingest.today() - 35
            GROUP BY source, comparison
            ORDER BY source, comparison
            """
        ).map { row in
            StatusReport.Reconciliation(
                source: try row.decode("source"), comparison: try row.decode("comparison"),
                comparedDays: try count(row, "compared_days"),
                unexpectedDifferences: try count(row, "differences"),
                provisionalDifferences: try count(row, "provisional"),
                newestDifference: try row.decode("newest", as: PostgresDate?.self).map { Day($0).description })
        }
    }

    private static func count(_ row: PostgresRow, _ column: String) throws -> Int {
        Int(try row.decode(column, as: Int64.self))
    }

    private static func runs(on connection: isolated PostgresConnection) throws -> [StatusReport.Run] {
        try connection.query(
            """
            SELECT run_id, kind, began_at, finished_at, outcome, windows_planned, windows_stored, windows_failed,
                rows_inserted, rows_updated, rows_deleted, requests, late_days,
                executions_resumed, executions_lost, doubtful_repeats
            FROM ingest.run
            ORDER BY run_id DESC
            LIMIT 5
            """
        ).map { row in
            StatusReport.Run(
                runID: try row.decode("run_id"), kind: try row.decode("kind"), beganAt: try row.decode("began_at"),
                finishedAt: try row.decode("finished_at"), outcome: try row.decode("outcome"),
                windowsPlanned: Int(try row.decode("windows_planned", as: Int32.self)),
                windowsStored: Int(try row.decode("windows_stored", as: Int32.self)),
                windowsFailed: Int(try row.decode("windows_failed", as: Int32.self)),
                rowsInserted: try row.decode("rows_inserted"), rowsUpdated: try row.decode("rows_updated"),
                rowsDeleted: try row.decode("rows_deleted"), requests: try row.decode("requests"),
                lateDays: Int(try row.decode("late_days", as: Int64.self)),
                executionsResumed: try row.decode("executions_resumed"),
                executionsLost: try row.decode("executions_lost"),
                doubtfulRepeats: try row.decode("doubtful_repeats"))
        }
    }

    private static func backingOff(on connection: isolated PostgresConnection) throws -> [StatusReport.BackingOff] {
        try connection.query(
            """
            SELECT name AS source, '' AS subject, '' AS client_id, failures, last_error, next_attempt_at
            FROM ingest.source
            WHERE is_configured AND failures > 0 AND next_attempt_at IS NOT NULL
            UNION ALL
            SELECT source.name, left_alone.subject, left_alone.client_id, left_alone.failures, left_alone.last_error,
                left_alone.next_attempt_at
            FROM ingest.back_off AS left_alone
            INNER JOIN ingest.source AS source USING (source_key)
            WHERE source.is_configured AND left_alone.failures > 0
            ORDER BY next_attempt_at, source, subject, client_id
            LIMIT 20
            """
        ).map { row in
            StatusReport.BackingOff(
                source: try row.decode("source"), subject: try row.decode("subject"),
                client: try row.decode("client_id"), failures: Int(try row.decode("failures", as: Int32.self)),
                reason: try row.decode("last_error"), nextAttemptAt: try row.decode("next_attempt_at"))
        }
    }
}
