import FoundationEssentials
import Postgres
import UsageDomain

/// What coverage and executions say of a window, written in the transaction that replaces it.
struct WindowLedger {
    let context: WindowContext

    private var window: Window { context.window }

    /// Windows of one organization, dataset, client and month are stored one after the other; all others side by side.
    func lockMonth(on connection: isolated PostgresConnection) throws {
        try lock("window \(dataset)/\(window.clientID)/\(month)", on: connection)
    }

    /// All clients of a month add to the same sums of its days and endpoints: one after the other, from what each
    /// changes until it ends. An API that is asked client by client is never as fast as this.
    func lockSums(on connection: isolated PostgresConnection) throws {
        guard !window.clientID.isEmpty else { return }
        try lock("sums \(dataset)/\(month)", on: connection)
    }

    private var dataset: String { "\(context.organization.rawValue)/\(window.dataset.rawValue)" }

    private var month: String {
        let (year, month, _) = window.firstDay.components
        return "\(year)-\(month)"
    }

    private func lock(_ subject: String, on connection: isolated PostgresConnection) throws {
        let name = "usaged \(subject)"
        // Behind a large window of the same month this is a wait for work, not for a stuck lock.
        try connection.execute("SET LOCAL lock_timeout = '30min'")
        try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(name)::text, 0))")
        try connection.execute("SET LOCAL lock_timeout = '15s'")
    }

    /// Writes down that the window's days hold the answer.
    ///
    /// - Parameters:
    ///   - rowCounts: rows of each day, in the order of the days.
    ///   - fetchedAt: when the answer was asked for.
    ///   - connection: in the transaction that stores the rows.
    /// - Throws: `PostgresError`.
    func markStored(rowCounts: [Int64], fetchedAt: Date, on connection: isolated PostgresConnection) throws {
        let days = Array(window.days)
        let states = days.map { day in
            (isFinal(day, fetchedAt: fetchedAt) ? CoverageState.covered : .provisional).rawValue
        }
        try connection.execute(
            """
            INSERT INTO ingest.coverage AS known (
                organization_key, dataset, client_id, usage_date,
                state, row_count, submission_id, fetched_at, run_id, last_error
            )
            SELECT \(context.organization.rawValue), \(window.dataset.rawValue)::ingest.dataset, \(window.clientID),
                day.usage_date, day.state, day.row_count,
                \(context.submission.rawValue), \(fetchedAt)::timestamptz, \(context.run.rawValue),
                \(context.doubt ?? "")
            FROM unnest(\(days.map(\.sqlDate)), \(states), \(rowCounts)) AS day (usage_date, state, row_count)
            ORDER BY day.usage_date
            ON CONFLICT (organization_key, dataset, client_id, usage_date) DO UPDATE SET
                state = excluded.state,
                row_count = excluded.row_count,
                submission_id = excluded.submission_id,
                fetched_at = excluded.fetched_at,
                run_id = excluded.run_id,
                last_error = excluded.last_error,
                failures = 0,
                next_attempt_at = NULL
            """)
    }

    /// A snapshot speaks of the moment of asking, so it has nothing to settle.
    private func isFinal(_ day: Day, fetchedAt: Date) -> Bool {
        context.doubt == nil
            && (window.dataset.shape == .snapshot || context.settling.isSettled(day, fetchedAt: fetchedAt))
    }

    /// Every submission that the answer was put together from is done with.
    func endExecutions(on connection: isolated PostgresConnection) throws {
        let submissions = [context.submission] + context.otherSubmissions
        try connection.execute(
            """
            UPDATE ingest.execution SET state = 'complete', ended_at = \(context.now)::timestamptz
            WHERE submission_id = ANY (\(submissions.map(\.rawValue)))
            """)
    }
}
