import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// A login that the script for analysts has set up: what it reads, and what it is refused.
@Suite(.database) struct AnalystTests {
    /// Runs the script as psql does, which fills in the names.
    private func analyst() async throws -> PostgresPool {
        let database = try TestDatabase.current
        let name = "analyst of \(database.name)"
        let script = try String(
            contentsOf: URL(filePath: "\(Repository.migrations)/optional/analyst.sql"), encoding: .utf8
        ).replacing(":\"analyst\"", with: "\"\(name)\"").replacing(":\"DBNAME\"", with: "\"\(database.name)\"")
        try await database.pool().withConnection { connection in
            try connection.execute("CREATE ROLE \(identifier: name) LOGIN")
            try connection.executeScript(script)
        }
        return PostgresPool(
            PostgresConfiguration(
                conninfo: "\(database.conninfo) user='\(name)'", applicationName: "test",
                connectTimeout: .seconds(120)), size: 1, logger: .silent)
    }

    private func refusal(_ statement: String, _ pool: PostgresPool) async -> String? {
        do {
            try await pool.withConnection { connection in
                // An analyst may change a default; that opens nothing.
                try connection.execute("SET default_transaction_read_only = off")
                _ = try connection.query(SQL(unsafe: statement))
            }
            return nil
        } catch {
            return (error as? PostgresError)?.sqlState
        }
    }

    @Test func `a session begins read-only, with an end to every statement`() async throws {
        let pool = try await analyst()
        for (setting, value) in [
            ("transaction_read_only", "on"), ("statement_timeout", "1min"), ("search_path", "usage"), ("jit", "off"),
            ("idle_in_transaction_session_timeout", "10min"),
        ] {
            let found = try await pool.withConnection {
                try $0.query("SELECT current_setting(\(setting))").first?.decode(String.self)
            }
            #expect(found == value, "\(setting)")
        }
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withConnection { connection in
                try connection.execute("SET statement_timeout = '20ms'")
                return try connection.query("SELECT pg_sleep(60)")
            }
        }
        #expect(error?.sqlState == "57014")
        await pool.close()
    }

    @Test func `every view and function of schema usage can be asked`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-01"))
        let pool = try await analyst()
        let questions = try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT format('%s', oid::regclass) FROM pg_class
                WHERE relnamespace = 'usage'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
                UNION ALL
                SELECT format(
                    '%I(%s)', proname,
                    (SELECT string_agg(format('NULL::%s', type::regtype), ', ') FROM unnest(proargtypes) AS type)
                )
                FROM pg_proc WHERE pronamespace = 'usage'::regnamespace AND prokind = 'f'
                """
            ).map { try $0.decode(String.self) }
        }
        #expect(questions.count > 15)
        #expect(Set(questions).isSuperset(of: ["api_usage", "api_usage_as_of(NULL::timestamp with time zone)"]))
        for question in questions {
            let count = try await pool.withConnection {
                try $0.query("SELECT count(*) FROM \(unsafe: question)").first?.decode(Int64.self)
            }
            #expect(count != nil, "\(question)")
        }
        let asOf = try await pool.withConnection {
            try $0.query("SELECT count(*) FROM api_usage_as_of('2025-06-01')").first?.decode(Int64.self)
        }
        #expect(asOf == 1)
        await pool.close()
        await fixture.close()
    }

    @Test func `nothing of schema ingest can be read, run or changed`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-01"))
        let pool = try await analyst()
        let statements = try await fixture.lines(
            """
            SELECT 'SELECT FROM ' || oid::regclass FROM pg_class
            WHERE relnamespace = 'ingest'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            UNION ALL
            SELECT format(
                'SELECT ingest.%I(%s)', proname,
                (SELECT string_agg(format('NULL::%s', type::regtype), ', ') FROM unnest(proargtypes) AS type)
            )
            FROM pg_proc WHERE pronamespace = 'ingest'::regnamespace AND prorettype <> 'trigger'::regtype
            UNION ALL
            SELECT format(form, oid::regclass)
            FROM pg_class CROSS JOIN unnest(ARRAY['INSERT INTO %s SELECT', 'DELETE FROM %s']) AS form
            WHERE relnamespace IN ('usage'::regnamespace, 'ingest'::regnamespace) AND relkind IN ('r', 'p', 'v')
            """)
        #expect(statements.count > 60)
        #expect(statements.contains("SELECT FROM ingest.usage_row_202503"))
        #expect(statements.contains("SELECT ingest.ensure_partition(NULL::date)"))
        for statement in statements {
            // 55000: what is shown by a join cannot be changed by anybody.
            let refusal = await refusal(statement, pool)
            #expect(["42501", "55000"].contains(refusal), "\(statement)")
        }
        await pool.close()
        await fixture.close()
    }

    @Test func `temporary tables are refused once the right is taken from all, and the daemon stores as before`()
        async throws
    {
        let fixture = try await Fixture()
        let pool = try await analyst()
        let statement = "CREATE TEMPORARY TABLE own (one integer)"
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withConnection { try $0.execute(SQL(unsafe: statement)) }
        }
        // Read-only is where a session begins, and no more than that.
        #expect(error?.sqlState == "25006")
        #expect(await refusal(statement, pool) == nil)
        let database = try TestDatabase.current.name
        let roles = try String(contentsOf: URL(filePath: "\(Repository.migrations)/roles.sql"), encoding: .utf8)
        try await fixture.administration.withConnection { connection in
            // The rights that a clone's template had on itself are not the clone's.
            try connection.executeScript(roles)
            try connection.execute("REVOKE TEMPORARY ON DATABASE \(identifier: database) FROM PUBLIC")
        }
        #expect(await refusal(statement.replacing("own", with: "another"), pool) == "42501")
        let outcome = try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-01"))
        #expect(outcome.inserted == 1)
        await pool.close()
        await fixture.close()
    }

    @Test func `neither files, passwords, programs nor what others ask are in reach`() async throws {
        let fixture = try await Fixture()
        let pool = try await analyst()
        for statement in [
            "SELECT pg_read_file('pg_hba.conf')", "SELECT pg_read_binary_file('PG_VERSION')", "SELECT pg_ls_dir('.')",
            "SELECT * FROM pg_hba_file_rules", "SELECT * FROM pg_file_settings", "SELECT * FROM pg_authid",
            "SELECT * FROM pg_shadow", "SELECT subconninfo FROM pg_subscription", "SELECT * FROM pg_user_mapping",
            "SELECT lo_import('/etc/passwd')", "COPY (SELECT 1) TO PROGRAM 'cat'", "COPY (SELECT 1) TO '/tmp/x'",
            "CREATE TABLE usage.own (one integer)", "CREATE TABLE public.own (one integer)",
            "CREATE SCHEMA own", "SET ROLE usage_writer",
            "SET ROLE usage_owner", "ALTER ROLE usage_reader SUPERUSER", "LOAD 'auto_explain'",
        ] {
            #expect(await refusal(statement, pool) == "42501", "\(statement)")
        }
        // The daemon's session is there, and what it asks is not told.
        let daemon = try await fixture.warehouse.pool.withConnection {
            try $0.query("SELECT pg_backend_pid()").first?.decode(Int32.self)
        }
        let seen = try await pool.withConnection { connection in
            try connection.query("SELECT query FROM pg_stat_activity WHERE pid = \(daemon ?? 0)")
                .map { try $0.decode(String.self) }
        }
        #expect(seen == ["<insufficient privilege>"])
        await pool.close()
        await fixture.close()
    }
}
