package import FoundationEssentials
import Postgres

/// How a run began.
package enum RunKind: String, Sendable {
    /// The daemon's own schedule.
    case scheduled
    /// `usaged run --once`.
    case once
    /// `usaged run --backfill`.
    case backfill
}

/// What a run amounted to.
package struct RunSummary: Equatable, Sendable {
    package enum Outcome: String, Sendable {
        /// Every planned window was stored.
        case complete
        /// Some windows failed and will be tried again.
        case incomplete
        /// Interrupted before all windows were tried.
        case cancelled
    }

    package var outcome: Outcome = .complete
    package var windowsPlanned = 0
    package var windowsStored = 0
    package var windowsFailed = 0
    package var rowsInserted: Int64 = 0
    package var rowsUpdated: Int64 = 0
    package var rowsDeleted: Int64 = 0
    package var rowsUnchanged: Int64 = 0
    /// HTTP requests sent, all attempts counted.
    package var requests = 0
    /// Days that changed after the schedule had stopped reading them again each day; client-days where the dataset is
    /// asked per client.
    package var lateDays = 0
    /// Executions of an earlier process or attempt that were polled instead of being submitted again.
    package var executionsResumed = 0
    /// Executions that the API had forgotten, so that the query was submitted again.
    package var executionsLost = 0
    /// Submissions sent again although the first one may have been accepted.
    package var doubtfulRepeats = 0

    package init() {}
}

extension Warehouse {
    /// Opens a run.
    package func beginRun(_ kind: RunKind, version: String, now: Date) async throws -> RunID {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                INSERT INTO ingest.run (kind, version, began_at)
                VALUES (\(kind.rawValue), \(version), \(now)::timestamptz)
                RETURNING run_id
                """)
            guard let run = try rows.first?.decode(Int64.self) else {
                throw PostgresError.invalidValue("INSERT … RETURNING returned no run_id")
            }
            return RunID(rawValue: run)
        }
    }

    /// Closes a run with what it amounted to.
    package func finishRun(_ run: RunID, _ summary: RunSummary, now: Date) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.run SET
                    finished_at = \(now)::timestamptz,
                    outcome = \(summary.outcome.rawValue),
                    windows_planned = \(Int32(clamping: summary.windowsPlanned)),
                    windows_stored = \(Int32(clamping: summary.windowsStored)),
                    windows_failed = \(Int32(clamping: summary.windowsFailed)),
                    rows_inserted = \(summary.rowsInserted),
                    rows_updated = \(summary.rowsUpdated),
                    rows_deleted = \(summary.rowsDeleted),
                    rows_unchanged = \(summary.rowsUnchanged),
                    requests = \(Int64(summary.requests)),
                    late_days = \(Int64(summary.lateDays)),
                    executions_resumed = \(Int64(summary.executionsResumed)),
                    executions_lost = \(Int64(summary.executionsLost)),
                    doubtful_repeats = \(Int64(summary.doubtfulRepeats))
                WHERE run_id = \(run.rawValue)
                """)
        }
    }
}
