package import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// Months whose every day is stored, settled and cut in this time zone, and that were never checked against one
    /// answer for the whole month, or only as cut in another zone.
    ///
    /// - Returns: months, newest first.
    /// - Throws: `PostgresError`.
    package func channelMonthsToCheck(of organization: OrganizationKey, timeZone: String) async throws -> [Month] {
        try await pool.withConnection { connection in
            try connection.query(
                """
                WITH known AS (
                    SELECT date_trunc('month', usage_date::timestamp) AS first_day, count(*) AS days
                    FROM ingest.coverage AS stored
                    WHERE organization_key = \(organization.rawValue) AND dataset = 'channel_usage' AND client_id = ''
                        AND state = 'covered'
                        AND EXISTS (
                            SELECT FROM ingest.channel_usage_row AS fact
                            WHERE fact.organization_key = stored.organization_key
                                AND fact.usage_date = stored.usage_date AND fact.time_zone = \(timeZone)
                        )
                    GROUP BY 1
                )
                SELECT extract(year FROM first_day)::integer, extract(month FROM first_day)::integer
                FROM known
                WHERE days = extract(day FROM first_day + interval '1 month' - interval '1 day')
                    AND NOT EXISTS (
                        SELECT FROM ingest.channel_month AS checked
                        WHERE checked.organization_key = \(organization.rawValue)
                            AND checked.first_day = known.first_day::date AND checked.time_zone = \(timeZone)
                    )
                ORDER BY first_day DESC
                """
            ).map { row in
                let (year, month) = try row.decode(Int32.self, Int32.self)
                return Month(year: Int(year), month: Int(month))
            }
        }
    }

    /// Writes down what one answer for a whole month says, beside the sum of its stored days.
    ///
    /// - Parameters:
    ///   - month: one of those to check.
    ///   - stated: the answer for the whole month.
    ///   - organization: the organization that was asked about.
    ///   - timeZone: IANA name of the zone in which the month was cut.
    ///   - run: the run that asked.
    ///   - now: the current time.
    /// - Returns: stated less summed units of the channels where they differ; nil, and nothing is written, when a day of
    ///   the month is not stored, or is cut in another zone.
    /// - Throws: `PostgresError`.
    package func storeChannelMonth(
        _ month: Month,
        stated: ChannelUsage,
        organization: OrganizationKey,
        timeZone: String,
        run: RunID,
        now: Date
    ) async throws -> [Channel: Decimal]? {
        let firstDay = month.days.lowerBound.sqlDate
        let rows = try await pool.withConnection { connection in
            try connection.query(
                """
                INSERT INTO ingest.channel_month AS known (
                    organization_key, first_day, channel, stated_units, summed_units, time_zone, checked_at, run_id
                )
                SELECT \(organization.rawValue), \(firstDay)::date, stated.channel, stated.units, sum(fact.units), \(timeZone),
                    \(now)::timestamptz, \(run.rawValue)
                FROM (\(stated.rows)) AS stated
                INNER JOIN ingest.channel_usage_row AS fact
                    ON fact.organization_key = \(organization.rawValue)
                    AND fact.usage_date BETWEEN \(firstDay) AND \(month.days.upperBound.advanced(by: -1).sqlDate)
                    AND fact.channel = stated.channel
                    AND fact.time_zone = \(timeZone)
                GROUP BY stated.channel, stated.units
                HAVING count(*) = \(Int64(month.length))
                ORDER BY stated.channel
                ON CONFLICT (organization_key, first_day, channel) DO UPDATE SET
                    stated_units = excluded.stated_units,
                    summed_units = excluded.summed_units,
                    time_zone = excluded.time_zone,
                    checked_at = excluded.checked_at,
                    run_id = excluded.run_id
                RETURNING channel, (stated_units - summed_units)::text
                """
            ).map { try $0.decode(String.self, String.self) }
        }
        guard !rows.isEmpty else { return nil }
        var differences: [Channel: Decimal] = [:]
        for (name, text) in rows {
            guard let channel = Channel(rawValue: name), let difference = Decimal(string: text) else {
                throw PostgresError.invalidValue("a difference of \(text) \(name) is unknown to this version")
            }
            if difference != 0 { differences[channel] = difference }
        }
        return differences
    }
}
