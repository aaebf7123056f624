import FoundationEssentials
import InMemoryLogging
import Logging
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What can be known without the extension of whether the warehouse runs on Citus: what it refuses is not there.
@Suite(.database) struct CitusTests {
    private static func script() throws -> String {
        try String(contentsOf: URL(filePath: "\(Repository.migrations)/optional/citus.sql"), encoding: .utf8)
    }

    private static func names(_ pattern: Regex<(Substring, Substring)>) throws -> [String] {
        try script().matches(of: pattern).map { String($0.1) }
    }

    private static func distributed() throws -> [String] {
        try names(/create_distributed_table\('ingest\.(\w+)', 'organization_key'/)
    }

    @Test func `the script names each table once`() async throws {
        let fixture = try await Fixture()
        let reference = try Self.names(/create_reference_table\('ingest\.(\w+)'\)/)
        let local = try Self.names(/-- local: ingest\.(\w+)/)
        let tables = try await fixture.lines(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'ingest'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            """)
        #expect((try Self.distributed() + reference + local).sorted() == tables.sorted())
        await fixture.close()
    }

    /// With functions that refuse what Citus refuses, and change nothing else.
    @Test func `the script runs to its end and leaves every foreign key`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-01"))
        let keys: SQL = """
            SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated
            FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2
            """
        let before = try await fixture.lines(keys)
        #expect(before.count > 5)
        try await fixture.administration.withTransaction { connection in
            try connection.executeScript(
                """
                CREATE FUNCTION pg_temp.refuse_keys(name regclass) RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND name IN (conrelid, confrelid)) THEN
                        RAISE EXCEPTION 'a foreign key binds %', name;
                    END IF;
                END $$;
                CREATE FUNCTION public.create_reference_table(name regclass) RETURNS void LANGUAGE sql
                    AS 'SELECT pg_temp.refuse_keys(name)';
                CREATE FUNCTION public.create_distributed_table(
                    name regclass, distribution_column text, colocate_with text DEFAULT 'default'
                ) RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_temp.refuse_keys(name);
                    IF EXISTS (
                        SELECT FROM pg_index
                        WHERE indrelid = name AND indisunique AND NOT EXISTS (
                            SELECT FROM pg_attribute
                            WHERE attrelid = indrelid AND attnum = ANY (indkey) AND attname = distribution_column
                        )
                    ) THEN
                        RAISE EXCEPTION 'a unique index of % is without %', name, distribution_column;
                    END IF;
                END $$;
                """)
            try connection.executeScript(Self.script())
        }
        #expect(try await fixture.lines(keys) == before)
        await fixture.close()
    }

    @Test
    func `unique indexes of distributed tables begin with the organization, and no partition keeps a foreign key`()
        async throws
    {
        let fixture = try await Fixture()
        try await fixture.query("SELECT ingest.ensure_partition('2025-03-01')")
        let others = try await fixture.lines(
            """
            SELECT indexrelid::regclass FROM pg_index
            INNER JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
            CROSS JOIN LATERAL pg_partition_root(indrelid) AS root
            WHERE indisunique AND attname <> 'organization_key'
                AND coalesce(root, indrelid) = ANY (\(try Self.distributed().map { "ingest.\($0)" })::regclass[])
            """)
        #expect(others == [])
        await fixture.close()
    }

    /// The loader's statements as the server sees them, with their plans.
    @Test func `the loader's statements on distributed tables name the organization, in each scan and each conflict`()
        async throws
    {
        let fixture = try await Fixture()
        let capture = LogCapture()
        let explaining =
            "options='-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 "
            + "-c auto_explain.log_level=notice -c role=usage_writer'"
        let observed = Warehouse(
            conninfo: "\(fixture.conninfo) \(explaining)", connections: 4, logger: capture.logger)
        let march = window("2025-03-01", "2025-03-31")
        let own = Window(dataset: .clientQuery, clientID: "c-1", days: march.days)
        // New, changed and vanished rows, few by arrays and many by COPY; then of one client.
        for (asked, clients, requests) in [
            (march, 0..<2, Int64(1)), (march, 1..<3, 2), (march, 0..<300, 3), (march, 1..<301, 4), (march, 0..<0, 0),
            (own, 1..<2, 1), (own, 1..<2, 2), (own, 0..<0, 0),
        ] {
            let submission = try await fixture.submit(asked)
            let rows = asked.days.flatMap { day in clients.map { row(day, "c-\($0)", requests: requests) } }
            _ = try await observed.store(spool(rows), replacing: fixture.context(asked, submission))
        }
        _ = try await observed.totalsByClientName(
            of: .organizationQuery, day: march.firstDay, organization: fixture.organization)
        _ = try await observed.expectedRows(of: march.firstDay, organization: fixture.organization)
        let tables = try Self.distributed().joined(separator: "|")
        let touched = try Regex("ingest\\.(\(tables))\\b", as: (Substring, Substring).self)
        let statements = capture.entries.compactMap { $0.metadata["postgres.message"]?.description }
            .filter { $0.contains("plan:") && $0.contains(touched) }
        #expect(statements.count >= 20)
        var scans = 0
        var conflicts = 0
        let scan = try Regex("Scan (?:using \\w+ )?on (\(tables))(?:_\\d+)? ", as: (Substring, Substring).self)
        for statement in statements {
            for conflict in statement.matches(of: /ON CONFLICT \((\w+)/) {
                conflicts += 1
                #expect(conflict.1 == "organization_key", "\(statement)")
            }
            #expect(!statement.contains(/\bMERGE\b/), "\(statement)")
            for node in statement.split(separator: "->").dropFirst() where node.contains(scan) {
                scans += 1
                #expect(node.contains("organization_key = "), "\(statement)")
            }
        }
        #expect(scans >= 20)
        #expect(conflicts >= 10)
        await observed.close()
        await fixture.close()
    }
}
