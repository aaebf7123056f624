import FoundationEssentials
import Postgres
import UsageDomain

/// One transaction that replaces one window, step by step in the order of `run`.
struct WindowReplacement {
    let answer: SpooledAnswer
    let context: WindowContext
    /// See ``Staging/arrayLimit``.
    let arrayLimit: Int64
    private var outcome = StoreOutcome()

    init(answer: SpooledAnswer, context: WindowContext, arrayLimit: Int64 = Staging.arrayLimit) {
        self.answer = answer
        self.context = context
        self.arrayLimit = arrayLimit
    }

    private var window: Window { context.window }

    mutating func run(on connection: isolated PostgresConnection) throws -> StoreOutcome {
        try lockMonth(on: connection)
        let stored = try CoveredDays(of: context, on: connection)
        if let newest = stored.newestSubmission, newest > context.submission {
            outcome.isSuperseded = true
            try endExecution(on: connection)
            return outcome
        }
        let keys = try DimensionKeys(of: answer, context: context, on: connection)
        let staging = try Staging(answer, keys: keys, arrayLimit: arrayLimit, on: connection)
        try staging.refuseDuplicates(in: answer, on: connection)
        // The diff always meets two sets of similar size. On an empty or freshly analysed table the planner once chose
        // a nested loop for it, a hundred times slower than the join by hash or merge it has left.
        try connection.execute("SET LOCAL enable_nestloop = off")
        let diff = WindowDiff(context: context, staging: staging, storedDays: stored.days)
        if try stored.days.isEmpty && diff.isTargetEmpty(on: connection) {
            outcome.inserted = try diff.insertAll(on: connection)
        } else {
            outcome.deleted = try diff.deleteVanished(on: connection)
            outcome.updated = try diff.updateChanged(on: connection)
            outcome.inserted = try diff.insertAppeared(on: connection)
        }
        outcome.unchanged = answer.rows - outcome.inserted - outcome.updated
        try markCoverage(fetchedAt: stored.submittedAt, on: connection)
        try endExecution(on: connection)
        return outcome
    }

    private func endExecution(on connection: isolated PostgresConnection) throws {
        try connection.execute(
            """
            UPDATE ingest.execution SET state = 'complete', ended_at = \(context.now)::timestamptz
            WHERE submission_id = \(context.submission.rawValue)
            """)
    }

    /// Windows of one organization, dataset and month are stored one after the other; all others side by side.
    private func lockMonth(on connection: isolated PostgresConnection) throws {
        let (year, month, _) = window.firstDay.components
        let name =
            "usaged window \(context.organization.rawValue)/\(window.dataset.rawValue)/\(window.clientID)/\(year)-\(month)"
        // Behind a large window of the same month this is a wait for work, not for a stuck lock.
        try connection.execute("SET LOCAL lock_timeout = '30min'")
        try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(name)::text, 0))")
        try connection.execute("SET LOCAL lock_timeout = '15s'")
    }

    private func markCoverage(fetchedAt: Date, on connection: isolated PostgresConnection) throws {
        let days = Array(window.days)
        let states = days.map { day -> String in
            let isCertain = context.doubt == nil && context.settling.isSettled(day, fetchedAt: fetchedAt)
            return (isCertain ? CoverageState.covered : .provisional).rawValue
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
            FROM unnest(
                \(days.map(\.sqlDate)), \(states), \(days.map { Int64(answer.totals[$0]?.rows ?? 0) })
            ) AS day (usage_date, state, row_count)
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
}
