package import FoundationEssentials
import Postgres
import UsageDomain

extension Warehouse {
    /// How far the datasets of a source are, one line each; those of a source that was never registered are none.
    ///
    /// - Parameters:
    ///   - source: its name.
    ///   - now: the moment as of which days are owed.
    /// - Returns: the lags, in no order.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func coverageLags(of source: String, now: Date) async throws -> [CoverageLag] {
        try await pool.withTransaction(timeout: .seconds(60)) { connection in
            try connection.execute("SET LOCAL jit = off")
            _ = try connection.query("SELECT set_config('usaged.now', \(now)::timestamptz::text, true)")
            return try connection.query(
                """
                SELECT fresh.dataset, owed.uncovered_days,
                    (
                        coalesce(
                            fresh.newest_day + 1,
                            CASE WHEN fresh.days_behind > 0 THEN owed.last_day - fresh.days_behind + 1 END
                        )::timestamp AT TIME ZONE owed.time_zone
                    ) AS covered_until,
                    (owed.oldest_day::timestamp AT TIME ZONE owed.time_zone) AS oldest_day
                FROM usage.freshness AS fresh
                INNER JOIN (
                    SELECT series.dataset::text AS dataset, max(series.last_day) AS last_day,
                        CASE
                            WHEN series.dataset = 'channel_usage' THEN coalesce(max(organization.time_zone), 'UTC')
                            ELSE 'UTC'
                        END AS time_zone,
                        min(lower(missing.days)) FILTER (WHERE series.owes_days) AS oldest_day,
                        coalesce(
                            sum(
                                (SELECT sum(upper(part) - lower(part)) FROM unnest(missing.days) AS part)
                            ) FILTER (WHERE series.owes_days),
                            0
                        )::bigint AS uncovered_days
                    FROM ingest.owed_series AS series
                    LEFT JOIN ingest.organization AS organization USING (organization_key)
                    CROSS JOIN LATERAL (
                        SELECT
                            datemultirange(
                                daterange(series.start_date, greatest(series.start_date, series.last_day + 1)))
                            - coalesce(
                                range_agg(daterange(day.usage_date, day.usage_date + 1))
                                FILTER (WHERE day.state <> 'failed'),
                                '{}'
                            ) AS days
                        FROM ingest.coverage AS day
                        WHERE day.organization_key = series.organization_key
                            AND day.dataset = series.dataset
                            AND day.client_id = series.client_id
                    ) AS missing
                    WHERE series.source = \(source)
                    GROUP BY series.dataset
                ) AS owed ON fresh.dataset = owed.dataset
                WHERE fresh.source = \(source)
                """
            ).compactMap { row in
                guard let dataset = Dataset(rawValue: try row.decode("dataset")) else { return nil }
                return CoverageLag(
                    dataset: dataset,
                    coveredUntil: try row.decode("covered_until"),
                    oldestUncoveredDay: try row.decode("oldest_day"),
                    uncoveredDays: Int(try row.decode("uncovered_days", as: Int64.self)))
            }
        }
    }
}
