import Postgres
import UsageDomain

extension Warehouse {
    /// How many of the newest owed days are told one by one.
    static let stripDays: Int32 = 60

    /// The state of each of the newest owed days, one line a source and dataset. Snapshots owe no day and have no line.
    ///
    /// Where a dataset is asked client by client, a day is as good as its worst client; what is unavailable counts only
    /// when it is so for all.
    ///
    /// - Parameter connection: in the transaction of the report.
    /// - Returns: by source and dataset.
    /// - Throws: `PostgresError`.
    static func coverageStrips(on connection: isolated PostgresConnection) throws -> [StatusReport.CoverageStrip] {
        try connection.query(
            """
            SELECT source, dataset, min(usage_date) AS first_day, max(usage_date) AS last_day,
                string_agg(letter, '' ORDER BY usage_date) AS states
            FROM (
                SELECT owed.source, owed.dataset::text AS dataset, calendar.usage_day::date AS usage_date,
                    CASE
                        WHEN bool_or(tried.state = 'failed') THEN 'F'
                        WHEN bool_or(tried.state IS NULL) THEN 'G'
                        WHEN bool_or(tried.state = 'provisional') THEN 'P'
                        WHEN bool_or(tried.state = 'covered') THEN 'C'
                        ELSE 'U'
                    END AS letter
                -- Not usage.coverage: days that were tried without being owed cost most there, and none is wanted here.
                FROM ingest.owed_series AS owed
                INNER JOIN generate_series(
                    (ingest.today() - \(Self.stripDays))::timestamp, ingest.today()::timestamp, interval '1 day'
                ) AS calendar (usage_day)
                    ON calendar.usage_day::date BETWEEN
                        greatest(owed.start_date, owed.last_day - \(Self.stripDays) + 1) AND owed.last_day
                LEFT JOIN ingest.coverage AS tried
                    ON owed.organization_key = tried.organization_key
                    AND owed.dataset = tried.dataset
                    AND owed.client_id = tried.client_id
                    AND calendar.usage_day::date = tried.usage_date
                    AND tried.usage_date >= ingest.today() - \(Self.stripDays)
                WHERE owed.owes_days
                GROUP BY owed.source, owed.dataset, calendar.usage_day
            ) AS day
            GROUP BY source, dataset
            ORDER BY source, dataset
            """
        ).map { row in
            StatusReport.CoverageStrip(
                source: try row.decode("source"), dataset: try row.decode("dataset"),
                firstDay: Day(try row.decode("first_day", as: PostgresDate.self)).description,
                lastDay: Day(try row.decode("last_day", as: PostgresDate.self)).description,
                states: try row.decode("states"))
        }
    }
}
