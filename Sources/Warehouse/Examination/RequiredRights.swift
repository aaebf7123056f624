package import Postgres

/// What a login must be allowed in the database for the loader to work; what the role `usage_writer` is granted.
package enum RequiredRights {
    /// The rights on tables of schema `ingest`, beside reading, which is needed on all.
    private static let onTables: [(right: String, tables: [String])] = [
        (
            "INSERT",
            [
                "organization", "oauth_client", "oauth_client_history", "source", "source_dataset", "back_off", "claim",
                "run", "execution", "coverage", "source_client", "channel_usage_row", "channel_month", "limit_snapshot",
                "endpoint", "usage_user", "calling_organization", "restatement", "channel_restatement", "usage_row",
                "client_summary_row", "request_day", "client_day", "endpoint_day",
            ]
        ),
        (
            "UPDATE",
            [
                "organization", "oauth_client", "oauth_client_history", "source", "source_dataset", "back_off", "claim",
                "run", "execution", "coverage", "source_client", "channel_usage_row", "channel_month", "limit_snapshot",
                "usage_row", "client_summary_row", "request_day", "client_day", "endpoint_day",
            ]
        ),
        ("DELETE", ["execution", "usage_row", "client_summary_row", "client_day", "endpoint_day"]),
    ]

    /// The rights that the current login lacks. Reads the catalogs alone, which everybody may.
    ///
    /// - Parameter connection: of the login.
    /// - Returns: each as a person would say it, `INSERT on ingest.usage_row`; empty when nothing is missing.
    /// - Throws: `PostgresError`.
    package static func missing(on connection: isolated PostgresConnection) throws -> [String] {
        let asked = onTables.flatMap { entry in entry.tables.map { (entry.right, $0) } }
        return try connection.query(
            """
            -- 1. What belongs to the database as a whole.
            SELECT 1 AS part, 'TEMPORARY on database ' || current_database() AS missing
            WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
            UNION ALL
            SELECT 2, 'USAGE on schema ' || nspname
            FROM pg_namespace
            WHERE nspname IN ('ingest', 'usage') AND NOT has_schema_privilege(oid, 'USAGE')
            UNION ALL
            -- 2. Reading, of everything that is there; a partition is read through its table.
            SELECT 3, 'SELECT on ' || nspname || '.' || relname
            FROM pg_class
            INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname IN ('ingest', 'usage') AND relkind IN ('r', 'p', 'v') AND NOT relispartition
                -- A partition that retention has detached, and was interrupted before it dropped it, is nobody's.
                AND relname !~ '^(usage_row|restatement|client_day|endpoint_day)_[0-9]+$'
                AND NOT has_table_privilege(pg_class.oid, 'SELECT')
            UNION ALL
            -- 3. Writing, of what the loader writes.
            SELECT 4, asked.privilege || ' on ingest.' || relname
            FROM unnest(\(asked.map(\.0))::text[], \(asked.map(\.1))::text[]) AS asked (privilege, name)
            INNER JOIN pg_class ON relname = asked.name
            INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = 'ingest'
            WHERE NOT has_table_privilege(pg_class.oid, asked.privilege)
            UNION ALL
            SELECT 5, 'EXECUTE on function ingest.' || proname
            FROM pg_proc
            INNER JOIN pg_namespace ON pg_namespace.oid = pronamespace
            WHERE nspname = 'ingest' AND proname IN ('analyze_grown', 'ensure_partition', 'today')
                AND NOT has_function_privilege(pg_proc.oid, 'EXECUTE')
            ORDER BY part, missing
            """
        ).map { try $0.decode("missing") }
    }
}
