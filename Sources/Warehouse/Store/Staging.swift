import Postgres
import UsageDomain

/// The rows of one answer where SQL can read them, with the warehouse's keys in place of the texts.
///
/// A small answer, such as an ordinary day's or month's, travels in the statements themselves, as arrays, and leaves no
/// trace in the catalogues: making a temporary table and its statistics, once a connection, writes 120 kB of WAL after a
/// checkpoint and 20 kB otherwise, far more than all the rest of a pass in which nothing changed. A large answer is
/// copied once into a temporary table, which is faster a row, and which the connection keeps.
struct Staging {
    /// Up to so many rows travel as arrays.
    static let arrayLimit: Int64 = 5_000

    /// A subquery with the columns `usage_date`, the keys, the counters and `ordinal`, the row's position in the
    /// answer from 0.
    let rows: SQL

    /// Stages the answer, for the transaction that runs.
    init(
        _ answer: SpooledAnswer,
        keys: DimensionKeys,
        arrayLimit: Int64,
        on connection: isolated PostgresConnection
    ) throws {
        if answer.rows <= arrayLimit {
            rows = try Self.arrays(of: answer, keys: keys)
        } else {
            try Self.copy(answer, keys: keys, on: connection)
            rows = "(SELECT * FROM pg_temp.staging_usage_row OFFSET 0)"
        }
    }

    /// - Throws: `WarehouseError.duplicateRow` naming the first identity that two rows share.
    func refuseDuplicates(in answer: SpooledAnswer, on connection: isolated PostgresConnection) throws {
        let duplicate = try connection.query(
            """
            SELECT array_agg(ordinal ORDER BY ordinal)
            FROM \(rows) AS staged
            GROUP BY usage_date, client_key, endpoint_key, user_key, calling_organization_key
            HAVING count(*) > 1
            ORDER BY min(ordinal)
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

    // MARK: - A small answer

    private static func arrays(of answer: SpooledAnswer, keys: DimensionKeys) throws -> SQL {
        var records: [SpoolRecord] = []
        records.reserveCapacity(Int(answer.rows))
        try answer.forEachRecord { records.append($0) }
        return """
            (
                SELECT *, position - 1 AS ordinal
                FROM unnest(
                    \(records.map { PostgresDate(daysSinceUnixEpoch: $0.day) })::date[],
                    \(records.map { keys.clients[Int($0.client)] })::integer[],
                    \(records.map { keys.endpoints[Int($0.endpoint)] })::integer[],
                    \(records.map { keys.users[Int($0.user)] })::integer[],
                    \(records.map { keys.callingOrganizations[Int($0.callingOrganization)] })::integer[],
                    \(records.map(\.requests))::bigint[],
                    \(records.map(\.status200))::bigint[],
                    \(records.map(\.status300))::bigint[],
                    \(records.map(\.status400))::bigint[],
                    \(records.map(\.status429))::bigint[],
                    \(records.map(\.status500))::bigint[]
                ) WITH ORDINALITY AS stated (
                    usage_date, client_key, endpoint_key, user_key, calling_organization_key,
                    requests, status_200, status_300, status_400, status_429, status_500, position
                )
                OFFSET 0
            )
            """
    }

    // MARK: - A large answer

    private static func copy(
        _ answer: SpooledAnswer,
        keys: DimensionKeys,
        on connection: isolated PostgresConnection
    ) throws {
        try createTable(on: connection)
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

    private static func createTable(on connection: isolated PostgresConnection) throws {
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
