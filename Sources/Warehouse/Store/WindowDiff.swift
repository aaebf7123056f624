import FoundationEssentials
import Postgres
import UsageDomain

/// The statements that turn the stored rows of a window into the staged ones, touching only what differs.
///
/// Two habits of all of them. The target side names organization, dataset and days as values known when the statement
/// is planned, so that one partition is read. Staging is read through a subquery with `OFFSET 0` (``Staging/rows``), which
/// costs nothing here and is the shape that Citus accepts between a distributed table and a local one.
struct WindowDiff {
    let context: WindowContext
    let staging: Staging
    /// Days whose changes go to the journal.
    let stored: CoveredDays

    private var rollups: RollupChange { RollupChange(context: context) }

    /// What a statement did.
    struct Effect {
        /// Rows deleted, updated or inserted.
        let rows: Int64
        /// Days that were stored before, of which rows were.
        let days: [PostgresDate]
    }

    /// The window's part of the facts, as a condition on `fact`.
    private var isInWindow: SQL {
        let window = context.window
        return """
            fact.organization_key = \(context.organization.rawValue)
            AND fact.dataset = \(window.dataset.rawValue)::ingest.dataset
            AND fact.usage_date BETWEEN \(window.firstDay.sqlDate) AND \(window.lastDay.sqlDate)
            \(isOfClient)
            """
    }

    /// A window that is asked for one OAuth client replaces that client's rows only.
    ///
    /// With the days one by one, the index is asked for the client's rows of each day. With the range alone it would be read
    /// for all clients' rows of the month, or the whole month be read without it, for each client again.
    private var isOfClient: SQL {
        guard !context.window.clientID.isEmpty else { return "" }
        return """
            AND fact.usage_date = ANY (\(context.window.days.map(\.sqlDate)))
            AND fact.client_key = (
                SELECT client_key FROM ingest.oauth_client
                WHERE organization_key = \(context.organization.rawValue)
                    AND client_id = \(context.window.clientID) AND stated_name = ''
            )
            """
    }

    private let hasSameIdentity: SQL = """
        fact.usage_date = staged.usage_date
        AND fact.client_key = staged.client_key
        AND fact.endpoint_key = staged.endpoint_key
        AND fact.user_key = staged.user_key
        AND fact.calling_organization_key = staged.calling_organization_key
        """

    func isTargetEmpty(on connection: isolated PostgresConnection) throws -> Bool {
        try connection.query("SELECT FROM ingest.usage_row AS fact WHERE \(isInWindow) LIMIT 1").isEmpty
    }

    /// Stores a window that was never stored before, in the order of the key.
    func insertAll(on connection: isolated PostgresConnection) throws -> Int64 {
        let inserted = try connection.execute(
            """
            INSERT INTO ingest.usage_row (\(factColumns))
            SELECT \(stagedFact)
            FROM \(staging.rows) AS staged
            ORDER BY usage_date, client_key, endpoint_key, user_key, calling_organization_key
            """)
        try connection.execute(
            """
            WITH \(rollups.adding("\(staging.rows) AS staged"))
            SELECT
            """)
        return inserted
    }

    /// Deletes rows that the answer no longer states, and journals them.
    func deleteVanished(on connection: isolated PostgresConnection) throws -> Effect {
        try effect(
            """
            WITH vanished AS (
                DELETE FROM ingest.usage_row AS fact
                WHERE \(isInWindow)
                    AND NOT EXISTS (SELECT FROM \(staging.rows) AS staged WHERE \(hasSameIdentity))
                RETURNING fact.*
            ),
            journalled AS (
                INSERT INTO ingest.restatement (
                    changed_at, old_fetched_at, first_loaded_at, run_id,
                    old_requests, old_status_200, old_status_300, old_status_400, old_status_429, old_status_500,
                    \(identityColumns)
                )
                SELECT \(context.now)::timestamptz, known.fetched_at, first_loaded_at, \(context.run.rawValue)::bigint,
                    requests, status_200, status_300, status_400, status_429, status_500,
                    \(identityColumns)
                FROM vanished
                INNER JOIN \(stored.rows) USING (usage_date)
            ),
            \(rollups.subtracting("vanished"))
            \(summary(of: "vanished"))
            """, on: connection)
    }

    /// Updates rows whose counters differ, and journals them.
    func updateChanged(on connection: isolated PostgresConnection) throws -> Effect {
        try effect(
            """
            WITH changed AS MATERIALIZED (
                -- 1. Old and new counters of each row that differs.
                SELECT fact.organization_key, fact.dataset, fact.usage_date, fact.client_key, fact.endpoint_key,
                    fact.user_key, fact.calling_organization_key, fact.first_loaded_at,
                    fact.requests AS old_requests, staged.requests AS new_requests,
                    fact.status_200 AS old_status_200, staged.status_200 AS new_status_200,
                    fact.status_300 AS old_status_300, staged.status_300 AS new_status_300,
                    fact.status_400 AS old_status_400, staged.status_400 AS new_status_400,
                    fact.status_429 AS old_status_429, staged.status_429 AS new_status_429,
                    fact.status_500 AS old_status_500, staged.status_500 AS new_status_500
                FROM ingest.usage_row AS fact
                INNER JOIN \(staging.rows) AS staged ON \(hasSameIdentity)
                WHERE \(isInWindow)
                    AND (fact.requests, fact.status_200, fact.status_300,
                        fact.status_400, fact.status_429, fact.status_500)
                    <> (staged.requests, staged.status_200, staged.status_300,
                        staged.status_400, staged.status_429, staged.status_500)
            ),
            updated AS (
                -- 2. The new counters go to the facts,
                UPDATE ingest.usage_row AS fact SET
                    requests = staged.new_requests,
                    status_200 = staged.new_status_200,
                    status_300 = staged.new_status_300,
                    status_400 = staged.new_status_400,
                    status_429 = staged.new_status_429,
                    status_500 = staged.new_status_500,
                    last_changed_at = \(context.now)::timestamptz
                FROM changed AS staged
                WHERE \(isInWindow) AND \(hasSameIdentity)
            ),
            journalled AS (
                -- 3. and both to the journal.
                INSERT INTO ingest.restatement (
                    changed_at, old_fetched_at, first_loaded_at, run_id, \(journalCounters), \(identityColumns)
                )
                SELECT \(context.now)::timestamptz, known.fetched_at, first_loaded_at, \(context.run.rawValue)::bigint,
                    \(journalCounters), \(identityColumns)
                FROM changed
                INNER JOIN \(stored.rows) USING (usage_date)
            ),
            \(rollups.adjusting("changed"))
            \(summary(of: "changed"))
            """, on: connection)
    }

    /// Inserts rows that are new, and journals those of days that were stored before.
    func insertAppeared(on connection: isolated PostgresConnection) throws -> Effect {
        try effect(
            """
            WITH appeared AS (
                INSERT INTO ingest.usage_row (\(factColumns))
                SELECT \(stagedFact)
                FROM \(staging.rows) AS staged
                WHERE NOT EXISTS (
                    SELECT FROM ingest.usage_row AS fact WHERE \(isInWindow) AND \(hasSameIdentity)
                )
                ORDER BY usage_date, client_key, endpoint_key, user_key, calling_organization_key
                RETURNING *
            ),
            journalled AS (
                INSERT INTO ingest.restatement (
                    changed_at, old_fetched_at, run_id,
                    new_requests, new_status_200, new_status_300, new_status_400, new_status_429, new_status_500,
                    \(identityColumns)
                )
                SELECT \(context.now)::timestamptz, known.fetched_at, \(context.run.rawValue)::bigint,
                    requests, status_200, status_300, status_400, status_429, status_500,
                    \(identityColumns)
                FROM appeared
                INNER JOIN \(stored.rows) USING (usage_date)
            ),
            \(rollups.adding("appeared"))
            \(summary(of: "appeared"))
            """, on: connection)
    }

    /// How many rows a statement touched, and which days that were stored before they belong to.
    private func summary(of touched: String) -> SQL {
        """
        SELECT count(*), coalesce(array_agg(DISTINCT usage_date) FILTER (
            WHERE usage_date = ANY(\(stored.days.map(\.sqlDate)))
        ), '{}')
        FROM \(identifier: touched)
        """
    }

    private func effect(_ statement: SQL, on connection: isolated PostgresConnection) throws -> Effect {
        let row = try connection.query(statement).first?.decode(Int64.self, [PostgresDate].self)
        return Effect(rows: row?.0 ?? 0, days: row?.1 ?? [])
    }

    private let identityColumns: SQL =
        "organization_key, dataset, usage_date, client_key, endpoint_key, user_key, calling_organization_key"

    private let journalCounters: SQL = """
        old_requests, new_requests, old_status_200, new_status_200, old_status_300, new_status_300,
        old_status_400, new_status_400, old_status_429, new_status_429, old_status_500, new_status_500
        """

    private let factColumns: SQL = """
        requests, status_200, status_300, status_400, status_429, status_500, first_loaded_at, last_changed_at,
        organization_key, dataset, usage_date, client_key, endpoint_key, user_key, calling_organization_key
        """

    private var stagedFact: SQL {
        """
        requests, status_200, status_300, status_400, status_429, status_500,
        \(context.now)::timestamptz, \(context.now)::timestamptz,
        \(context.organization.rawValue)::integer, \(context.window.dataset.rawValue)::ingest.dataset,
        usage_date, client_key, endpoint_key, user_key, calling_organization_key
        """
    }
}
