import Postgres
import UsageDomain

extension Warehouse {
    /// The latest change of each source and dataset that was made after the schedule had stopped reading its day again.
    ///
    /// - Parameters:
    ///   - watchedDays: how many days after its date a day is read again each day.
    ///   - connection: in the transaction of the report.
    /// - Returns: one line a source and dataset of whose newest hundred days any changed so late.
    /// - Throws: `PostgresError`.
    static func lateness(
        beyond watchedDays: Int,
        on connection: isolated PostgresConnection
    ) throws -> [StatusReport.Lateness] {
        try connection.query(
            """
            -- The two ranks of a day add up to one more than the number of days.
            SELECT DISTINCT ON (source, dataset) coalesce(source, '') AS source, dataset, usage_date,
                days_late::bigint AS days_late, days_unchanged::bigint AS days_unchanged,
                late_days
            FROM (
                SELECT source, dataset, usage_date, days_late, days_unchanged,
                    dense_rank() OVER series + dense_rank() OVER backwards - 1 AS late_days
                FROM usage.lateness
                WHERE usage_date >= ingest.today() - 100
                    AND days_late > \(Int64(watchedDays)) AND days_unchanged >= \(Int64(watchedDays))
                WINDOW series AS (PARTITION BY source, dataset ORDER BY usage_date),
                    backwards AS (PARTITION BY source, dataset ORDER BY usage_date DESC)
            ) AS late
            ORDER BY source, dataset, days_late DESC, usage_date DESC
            """
        ).map { row in
            StatusReport.Lateness(
                source: try row.decode("source"), dataset: try row.decode("dataset"),
                day: Day(try row.decode("usage_date", as: PostgresDate.self)).description,
                changedAfter: Int(try row.decode("days_late", as: Int64.self)),
                unchangedAfter: Int(try row.decode("days_unchanged", as: Int64.self)),
                watchedDays: watchedDays,
                lateDays: Int(try row.decode("late_days", as: Int64.self)))
        }
    }
}
