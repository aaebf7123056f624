import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// When the days of a time zone begin.
    ///
    /// A day begins at the first instant that bears its date. That is local midnight, and where the clock is put forward
    /// over midnight, the instant at which that happens; where it is put back over midnight, which then strikes twice,
    /// the first time. So consecutive days tile the time. A date that a zone skipped (Samoa, 2011-12-30) is empty.
    ///
    /// - Parameters:
    ///   - timeZone: a name as the IANA database spells it; abbreviations, offsets and other spellings, which SQL would
    ///     also take, are unknown here, for each means something else than it seems to somewhere.
    ///   - first: the first day.
    ///   - last: the last day, included.
    /// - Returns: nil when PostgreSQL does not know the zone.
    /// - Throws: `PostgresError`.
    package func calendar(of timeZone: String, from first: Day, through last: Day) async throws -> DayCalendar? {
        let rows = try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT CASE
                    -- PostgreSQL takes a midnight that strikes twice for the second one, in the offset after the
                    -- change. In the offset of three hours before it is the first one, if it is a midnight at all.
                    WHEN earlier < later AND earlier AT TIME ZONE zone.name >= midnight THEN earlier
                    ELSE later
                END
                FROM pg_timezone_names AS zone
                CROSS JOIN generate_series(
                    \(first.sqlDate)::timestamp, \(last.advanced(by: 1).sqlDate)::timestamp, interval '1 day'
                ) AS midnight
                CROSS JOIN LATERAL (SELECT midnight AT TIME ZONE zone.name AS later) AS usual
                CROSS JOIN LATERAL (
                    SELECT (
                        midnight - ((later - interval '3 hours') AT TIME ZONE zone.name
                            - (later - interval '3 hours') AT TIME ZONE 'UTC')
                    ) AT TIME ZONE 'UTC' AS earlier
                ) AS by_former_offset
                WHERE zone.name = \(timeZone)
                    -- Whatever this machine's own zone may be, and second names of all zones.
                    AND zone.name NOT IN ('localtime', 'posixrules', 'Factory') AND zone.name NOT LIKE 'posix/%'
                ORDER BY midnight
                """)
        }
        guard !rows.isEmpty else { return nil }
        return DayCalendar(timeZone: timeZone, midnights: try rows.map { try $0.decode(Date.self) }, firstDay: first)
    }

    /// Writes down in which zone the days of an organization are counted. When that changes, every stored day was cut
    /// otherwise: all of them are owed anew at once.
    package func useTimeZone(_ timeZone: String, of organization: OrganizationKey) async throws {
        try await pool.withTransaction { connection in
            let former = try connection.query(
                "SELECT time_zone FROM ingest.organization WHERE organization_key = \(organization.rawValue)"
            ).first?.decode(String.self)
            guard let former, former != timeZone else { return }
            try connection.execute(
                "UPDATE ingest.organization SET time_zone = \(timeZone) WHERE organization_key = \(organization.rawValue)"
            )
            let reason = "the time zone was changed from \(former) to \(timeZone): the day must be read again"
            try connection.execute(
                """
                UPDATE ingest.coverage
                SET state = 'provisional', last_error = \(reason), next_attempt_at = fetched_at
                WHERE organization_key = \(organization.rawValue) AND dataset = 'channel_usage' AND row_count IS NOT NULL
                """)
        }
    }
}

extension Warehouse {
    /// The zone in which the days of a source's organization are counted; `UTC` as long as the source never
    /// authenticated.
    package func timeZone(of source: String) async throws -> String {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                SELECT organization.time_zone
                FROM ingest.source AS source
                INNER JOIN ingest.organization AS organization USING (organization_key)
                WHERE source.name = \(source)
                """)
            return try rows.first?.decode(String.self) ?? "UTC"
        }
    }
}
