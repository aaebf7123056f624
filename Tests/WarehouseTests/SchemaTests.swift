import Migrations
import Postgres
import TestSupport
import Testing

/// What analysts and tools may rely on, asked of the catalogues.
@Suite(.database) struct SchemaTests {
    private func texts(_ sql: SQL) async throws -> [String] {
        try await TestDatabase.current.pool().withConnection { try $0.query(sql).map { try $0.decode(String.self) } }
    }

    @Test func `everything has a comment`() async throws {
        let pool = try TestDatabase.current.pool()
        _ = try await pool.withConnection { try $0.execute("SELECT ingest.ensure_partition('2025-03-01')") }
        let silent = try await texts(
            """
            WITH ours AS (
                SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('ingest', 'usage')
            ),
            relation AS (
                SELECT class.oid, class.oid::regclass::text AS name, relkind, relispartition
                FROM pg_class AS class INNER JOIN ours ON relnamespace = ours.oid
            )
            SELECT 'schema ' || nspname FROM ours WHERE obj_description(oid, 'pg_namespace') IS NULL
            UNION ALL
            SELECT 'relation ' || name FROM relation
            WHERE relkind IN ('r', 'p', 'v', 'm') AND obj_description(oid, 'pg_class') IS NULL
            UNION ALL
            SELECT 'column ' || name || '.' || attname
            FROM relation INNER JOIN pg_attribute ON attrelid = relation.oid
            WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition AND attnum > 0 AND NOT attisdropped
                AND col_description(attrelid, attnum) IS NULL
            UNION ALL
            SELECT 'index ' || name FROM relation
            WHERE relkind IN ('i', 'I') AND NOT relispartition AND obj_description(oid, 'pg_class') IS NULL
                AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = relation.oid)
            UNION ALL
            SELECT 'function ' || pg_proc.oid::regprocedure FROM pg_proc INNER JOIN ours ON pronamespace = ours.oid
            WHERE obj_description(pg_proc.oid, 'pg_proc') IS NULL
            UNION ALL
            SELECT 'type ' || pg_type.oid::regtype FROM pg_type INNER JOIN ours ON typnamespace = ours.oid
            WHERE typtype IN ('e', 'd', 'r') AND obj_description(pg_type.oid, 'pg_type') IS NULL
            """)
        #expect(silent == [])
    }

    @Test func `unique keys of facts, journal and rollups begin with the organization's key`() async throws {
        let others = try await texts(
            """
            SELECT indexrelid::regclass::text FROM pg_index
            INNER JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
            WHERE indisunique AND attname <> 'organization_key'
                AND indrelid IN (
                    'ingest.usage_row'::regclass, 'ingest.restatement'::regclass,
                    'ingest.client_day'::regclass, 'ingest.endpoint_day'::regclass
                )
            """)
        #expect(others == [])
    }

    @Test func `no column of a key may be NULL`() async throws {
        let nullable = try await texts(
            """
            SELECT attrelid::regclass || '.' || attname
            FROM pg_index
            INNER JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
            INNER JOIN pg_class ON pg_class.oid = indrelid
            WHERE indisunique AND NOT attnotnull AND relnamespace = 'ingest'::regnamespace
            """)
        #expect(nullable == [])
    }

    @Test func `a partition has the keys, checks and defaults of its parent`() async throws {
        let pool = try TestDatabase.current.pool()
        _ = try await pool.withConnection { try $0.execute("SELECT ingest.ensure_partition('2024-02-29')") }
        let partitions = try await texts(
            """
            SELECT concat_ws(' ', inhrelid::regclass, pg_get_expr(relpartbound, inhrelid), pg_get_userbyid(relowner),
                (SELECT string_agg(conname || contype::text, ',' ORDER BY conname) FROM pg_constraint
                 WHERE conrelid = inhrelid))
            FROM pg_inherits INNER JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent::regclass::text ~ '^ingest.(usage_row|restatement|client_day|endpoint_day)$'
            ORDER BY inhrelid::regclass::text
            """)
        let bounds = "FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') usage_owner"
        let year = "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') usage_owner"
        #expect(
            partitions == [
                "ingest.client_day_2024 \(year) client_day_2024_pkeyp",
                "ingest.endpoint_day_2024 \(year) endpoint_day_2024_pkeyp",
                "ingest.restatement_202402 \(bounds) restatement_202402_pkeyp",
                "ingest.usage_row_202402 \(bounds) usage_row_202402_pkeyp,usage_row_countsc",
            ])
    }

    @Test func `migrations that were applied leave nothing to do, and repeatable ones repeat`() async throws {
        let database = try TestDatabase.current
        let source = try MigrationSource.directory(Repository.migrations)
        let again = try await Migrator(source: source, logger: .silent).apply(to: database.configuration)
        #expect(again.steps.isEmpty)
        for file in source.files where file.number == nil {
            try await database.pool().withTransaction { connection in
                try connection.execute("SET LOCAL ROLE usage_owner")
                try connection.executeScript(file.text)
            }
        }
    }

    @Test func `every view can be asked before there is a source`() async throws {
        let pool = try TestDatabase.current.pool()
        let views = try await texts(
            "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'usage'::regnamespace")
        #expect(
            Set(views).isSuperset(of: [
                "usage.api_usage", "usage.api_usage_daily", "usage.oauth_client", "usage.oauth_client_history",
                "usage.coverage", "usage.restatement", "usage.freshness",
            ]))
        for view in views {
            let count = try await pool.withConnection {
                try $0.query("SELECT count(*) FROM \(unsafe: view)").first?.decode(Int64.self)
            }
            #expect(count == 0, "\(view)")
        }
    }
}
