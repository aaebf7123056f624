import FoundationEssentials
import Postgres
import UsageDomain

extension Warehouse {
    /// Each configured source: whom it belongs to, whether it rests, and what it may send.
    ///
    /// - Parameters:
    ///   - now: the current time.
    ///   - connection: in the transaction of the report.
    /// - Returns: by name.
    /// - Throws: `PostgresError`.
    static func sourceStates(now: Date, on connection: isolated PostgresConnection) throws -> [StatusReport.Source] {
        try connection.query(
            """
            SELECT source.name, source.kind, coalesce(organization.organization_id, '') AS organization_id,
                coalesce(organization.name, '') AS organization_name,
                CASE WHEN source.resting_until > \(now)::timestamptz THEN source.resting_until END AS resting_until,
                source.allowance::bigint AS allowance, source.last_error,
                coalesce(sent.requests, 0) AS requests, coalesce(sent.throttled, 0) AS throttled,
                EXISTS (
                    SELECT FROM pg_locks WHERE granted AND \(LockName.isRow(ofKey: LockName.workOnNamedSource))
                ) AS is_worked_on
            FROM ingest.source AS source
            LEFT JOIN ingest.organization AS organization USING (organization_key)
            LEFT JOIN ingest.request_day AS sent
                ON source.source_key = sent.source_key AND sent.usage_date = \(Day(containing: now).sqlDate)
            WHERE source.is_configured
            ORDER BY source.name
            """
        ).map { row in
            StatusReport.Source(
                name: try row.decode("name"), kind: try row.decode("kind"),
                organizationID: try row.decode("organization_id"),
                organizationName: try row.decode("organization_name"),
                restingUntil: try row.decode("resting_until"),
                allowance: try row.decode("allowance", as: Int64?.self).map { Int($0) },
                requestsToday: Int(try row.decode("requests", as: Int64.self)),
                throttledToday: Int(try row.decode("throttled", as: Int64.self)),
                isWorkedOn: try row.decode("is_worked_on"), lastError: try row.decode("last_error"))
        }
    }

    /// Requests sent, all attempts counted, by the runs that began in the last day.
    ///
    /// - Parameters:
    ///   - now: the current time.
    ///   - connection: in the transaction of the report.
    /// - Returns: their number.
    /// - Throws: `PostgresError`.
    static func requestsOfLastDay(now: Date, on connection: isolated PostgresConnection) throws -> Int {
        let rows = try connection.query(
            """
            SELECT coalesce(sum(requests), 0)::bigint
            FROM ingest.run
            WHERE began_at > \(now.addingTimeInterval(-86_400))::timestamptz
            """)
        return Int(try rows.first?.decode(Int64.self) ?? 0)
    }
}

extension LockName {
    /// The key of the lock of whoever works on the row `source` of a statement.
    fileprivate static var workOnNamedSource: SQL { "hashtextextended('usaged source ' || source.name, 0)" }
}
