import FoundationEssentials
import Postgres
import UsageDomain

/// One transaction that replaces the units of one local day, a row a channel.
struct ChannelReplacement {
    let usage: ChannelUsage
    let context: WindowContext
    /// IANA name of the zone in which the day was cut.
    let timeZone: String

    func run(on connection: isolated PostgresConnection) throws -> StoreOutcome {
        var outcome = StoreOutcome()
        let ledger = WindowLedger(context: context)
        try ledger.lockMonth(on: connection)
        let stored = try CoveredDays(of: context, on: connection)
        if stored.areNewer(than: context.submission) {
            outcome.isSuperseded = true
        } else {
            outcome = try replaceRows(answeredAt: stored.fetchedAt.first, on: connection)
            try ledger.markStored(
                rowCounts: [Int64(Channel.allCases.count)], fetchedAt: stored.submittedAt, on: connection)
        }
        try ledger.endExecutions(on: connection)
        return outcome
    }

    /// - Parameters:
    ///   - answeredAt: when the answer was asked for that the day holds; nil when it was never stored.
    ///   - connection: in the transaction that stores the day.
    /// - Returns: what that did, in rows.
    /// - Throws: `PostgresError`.
    private func replaceRows(
        answeredAt: Date?,
        on connection: isolated PostgresConnection
    ) throws -> StoreOutcome {
        let isInDay: SQL = """
            held.organization_key = \(context.organization.rawValue)
            AND held.usage_date = \(context.window.firstDay.sqlDate)
            """
        let oldFetchedAt: SQL = if let answeredAt { "\(answeredAt)::timestamptz" } else { "NULL::timestamptz" }
        let counts = try connection.query(
            """
            WITH stated AS MATERIALIZED (\(usage.rows)),
            changed AS MATERIALIZED (
                -- 1. Old and new units. Numbers are compared by value: 1.0 is 1.
                SELECT held.organization_key, held.usage_date, held.channel, held.first_loaded_at,
                    held.units AS old_units, stated.units AS new_units, held.time_zone AS old_time_zone
                FROM ingest.channel_usage_row AS held
                INNER JOIN stated ON stated.channel = held.channel
                WHERE \(isInDay) AND (held.units <> stated.units OR held.time_zone <> \(timeZone))
            ),
            updated AS (
                -- 2. The new ones go to the facts,
                UPDATE ingest.channel_usage_row AS held SET
                    units = changed.new_units, time_zone = \(timeZone), last_changed_at = \(context.now)::timestamptz
                FROM changed
                WHERE \(isInDay) AND held.channel = changed.channel
            ),
            journalled AS (
                -- 3. and both to the journal.
                INSERT INTO ingest.channel_restatement (
                    organization_key, usage_date, channel, changed_at, old_fetched_at, first_loaded_at, run_id,
                    old_units, new_units, old_time_zone, new_time_zone
                )
                SELECT organization_key, usage_date, channel, \(context.now)::timestamptz,
                    \(oldFetchedAt), first_loaded_at,
                    \(context.run.rawValue)::bigint, old_units, new_units, old_time_zone, \(timeZone)
                FROM changed
                WHERE \(oldFetchedAt) IS NOT NULL
                ORDER BY channel
            ),
            appeared AS (
                INSERT INTO ingest.channel_usage_row (
                    organization_key, usage_date, channel, units, time_zone, first_loaded_at, last_changed_at
                )
                SELECT \(context.organization.rawValue), \(context.window.firstDay.sqlDate), channel, units, \(timeZone),
                    \(context.now)::timestamptz, \(context.now)::timestamptz
                FROM stated
                WHERE NOT EXISTS (
                    SELECT FROM ingest.channel_usage_row AS held WHERE \(isInDay) AND held.channel = stated.channel
                )
                ORDER BY channel
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM appeared), (SELECT count(*) FROM changed),
                (SELECT count(*) FROM changed WHERE old_units <> new_units AND old_time_zone = \(timeZone))
            """)
        var outcome = StoreOutcome()
        if let (inserted, updated, restated) = try counts.first?.decode(Int64.self, Int64.self, Int64.self) {
            (outcome.inserted, outcome.updated) = (inserted, updated)
            // In another zone it is another day, which says nothing of the vendor.
            if restated > 0, let answeredAt { outcome.restatedDays = [context.window.firstDay: answeredAt] }
        }
        outcome.unchanged = Int64(Channel.allCases.count) - outcome.inserted - outcome.updated
        return outcome
    }
}

extension ChannelUsage {
    /// A query of one row a channel: `channel`, `units`. Decimals travel as text, which loses no digit.
    var rows: SQL {
        """
        SELECT channel, units::numeric AS units
        FROM unnest(
            \(Channel.allCases.map(\.rawValue))::text[], \(Channel.allCases.map { self[$0].description })::text[]
        ) AS answered (channel, units)
        """
    }
}
