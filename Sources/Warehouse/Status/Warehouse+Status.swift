import FoundationEssentials
import Postgres
import UsageDomain

extension Warehouse {
    /// Reads freshness, problems and the last runs in one snapshot.
    package func status() async throws -> StatusReport {
        try await pool.withTransaction { connection in
            try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return StatusReport(
                freshness: try Self.freshness(on: connection),
                problems: try Self.problems(on: connection),
                runs: try Self.runs(on: connection)
            )
        }
    }

    private static func freshness(on connection: isolated PostgresConnection) throws -> [StatusReport.Freshness] {
        try connection.query(
            """
            SELECT source, dataset, newest_day, days_behind::bigint, gaps::bigint, failed_days, provisional_days,
                last_fetched_at, next_attempt_at, last_error
            FROM usage.freshness
            ORDER BY source, dataset
            """
        ).map { row in
            let (source, dataset, newest, behind, gaps, failed, provisional, fetched, next, error) = try row.decode(
                String.self, String.self, PostgresDate?.self, Int64.self, Int64.self, Int64.self, Int64.self,
                Date?.self, Date?.self, String.self)
            return StatusReport.Freshness(
                source: source, dataset: dataset, newestDay: newest.map { Day($0).description },
                daysBehind: Int(behind), gaps: Int(gaps), failedDays: Int(failed), provisionalDays: Int(provisional),
                lastFetchedAt: fetched, nextAttemptAt: next, lastError: error)
        }
    }

    private static func problems(on connection: isolated PostgresConnection) throws -> [StatusReport.Problem] {
        try connection.query(
            """
            SELECT source, dataset, min(usage_date), max(usage_date), state, last_error
            FROM (
                SELECT source, dataset, usage_date, state, last_error,
                    -- Consecutive days with one state and reason share this difference.
                    usage_date - row_number() OVER (
                        PARTITION BY source, dataset, state, last_error ORDER BY usage_date
                    )::integer AS island
                FROM usage.coverage
                WHERE state IN ('gap', 'failed', 'unavailable') OR last_error <> ''
            ) AS problem
            GROUP BY source, dataset, state, last_error, island
            ORDER BY max(usage_date) DESC, source, dataset
            LIMIT 20
            """
        ).map { row in
            let (source, dataset, first, last, state, reason) = try row.decode(
                String.self, String.self, PostgresDate.self, PostgresDate.self, String.self, String.self)
            return StatusReport.Problem(
                source: source, dataset: dataset, firstDay: Day(first).description, lastDay: Day(last).description,
                state: state, reason: reason)
        }
    }

    private static func runs(on connection: isolated PostgresConnection) throws -> [StatusReport.Run] {
        try connection.query(
            """
            SELECT run_id, kind, began_at, finished_at, outcome, windows_planned, windows_stored, windows_failed,
                rows_inserted, rows_updated, rows_deleted, requests
            FROM ingest.run
            ORDER BY run_id DESC
            LIMIT 5
            """
        ).map { row in
            let (run, kind, began, finished, outcome, planned, stored, failed, inserted, updated, deleted, requests) =
                try row.decode(
                    Int64.self, String.self, Date.self, Date?.self, String.self, Int32.self, Int32.self, Int32.self,
                    Int64.self, Int64.self, Int64.self, Int64.self)
            return StatusReport.Run(
                runID: run, kind: kind, beganAt: began, finishedAt: finished, outcome: outcome,
                windowsPlanned: Int(planned), windowsStored: Int(stored), windowsFailed: Int(failed),
                rowsInserted: inserted, rowsUpdated: updated, rowsDeleted: deleted, requests: requests)
        }
    }
}
