import Postgres
import UsageDomain

/// The temporary table through which the rows of one window reach the facts: integers only, empty at each commit,
/// made once a connection.
enum Staging {
    /// Copies the answer into the table, with the warehouse's keys in place of the texts.
    static func fill(
        from answer: SpooledAnswer,
        keys: DimensionKeys,
        on connection: isolated PostgresConnection
    ) throws {
        try create(on: connection)
        _ = try connection.copyIn(
            """
            COPY pg_temp.staging_usage_row (
                usage_date, client_key, endpoint_key, user_key, calling_organization_key, ordinal,
                requests, status_200, status_300, status_400, status_429, status_500
            ) FROM STDIN (FORMAT binary)
            """
        ) { copy in
            try answer.forEachRecord { record in
                try copy.beginRow(columns: 12)
                try copy.write(PostgresDate(daysSinceUnixEpoch: record.day))
                try copy.write(keys.clients[Int(record.client)])
                try copy.write(keys.endpoints[Int(record.endpoint)])
                try copy.write(keys.users[Int(record.user)])
                try copy.write(keys.callingOrganizations[Int(record.callingOrganization)])
                try copy.write(Int64(record.ordinal))
                try copy.write(record.requests)
                try copy.write(record.status200)
                try copy.write(record.status300)
                try copy.write(record.status400)
                try copy.write(record.status429)
                try copy.write(record.status500)
            }
        }
        // Statistics of one column cost next to nothing and tell the planner the one thing it needs: how many rows.
        try connection.execute("ANALYZE pg_temp.staging_usage_row (usage_date)")
    }

    /// - Throws: `WarehouseError.duplicateRow` naming the first identity that two rows share.
    static func refuseDuplicates(in answer: SpooledAnswer, on connection: isolated PostgresConnection) throws {
        let duplicate = try connection.query(
            """
            SELECT array_agg(ordinal ORDER BY ordinal)
            FROM pg_temp.staging_usage_row
            GROUP BY usage_date, client_key, endpoint_key, user_key, calling_organization_key
            HAVING count(*) > 1
            LIMIT 1
            """)
        guard let ordinals = try duplicate.first?.decode([Int64].self), let first = ordinals.first else { return }
        var identity: RowIdentity?
        try answer.forEachRecord { record in
            if Int64(record.ordinal) == first { identity = answer.identity(of: record) }
        }
        throw WarehouseError.duplicateRow(
            identity ?? RowIdentity(day: Day(daysSinceEpoch: 0)), ordinals: Array(ordinals.prefix(10)))
    }

    private static func create(on connection: isolated PostgresConnection) throws {
        let known = try connection.query("SELECT to_regclass('pg_temp.staging_usage_row') IS NOT NULL")
        if try known.first?.decode(Bool.self) ?? false { return }
        try connection.execute(
            """
            CREATE TEMPORARY TABLE staging_usage_row (
                requests bigint NOT NULL,
                status_200 bigint NOT NULL,
                status_300 bigint NOT NULL,
                status_400 bigint NOT NULL,
                status_429 bigint NOT NULL,
                status_500 bigint NOT NULL,
                ordinal bigint NOT NULL,
                usage_date date NOT NULL,
                client_key integer NOT NULL,
                endpoint_key integer NOT NULL,
                user_key integer NOT NULL,
                calling_organization_key integer NOT NULL
            ) ON COMMIT DELETE ROWS
            """)
    }
}
