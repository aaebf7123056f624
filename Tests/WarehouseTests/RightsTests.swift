import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct RightsTests {
    /// A pool of a new login that is a member of one role and nothing else.
    private func login(memberOf role: String) async throws -> (conninfo: String, pool: PostgresPool) {
        let database = try TestDatabase.current
        let name = "\(role)_of_\(database.name)"
        _ = try await database.pool().withConnection { connection in
            try connection.execute("CREATE ROLE \(identifier: name) LOGIN IN ROLE \(identifier: role)")
        }
        let conninfo = "\(database.conninfo) user=\(name)"
        let configuration = PostgresConfiguration(
            conninfo: conninfo, applicationName: "test", connectTimeout: .seconds(120))
        return (conninfo, PostgresPool(configuration, size: 8, logger: .silent))
    }

    private func expectRefused(_ statements: [String], _ pool: PostgresPool) async {
        for statement in statements {
            let error = await #expect(throws: PostgresError.self, "\(statement)") {
                try await pool.withConnection { try $0.execute(SQL(unsafe: statement)) }
            }
            // 55000: what is shown by a join cannot be updated by anybody.
            #expect(["42501", "55000"].contains(error?.sqlState), "\(statement)")
        }
    }

    @Test func `the daemon's login runs a whole pass and can do nothing else`() async throws {
        let (conninfo, pool) = try await login(memberOf: "usage_writer")
        let march = window("2025-03-01", "2025-03-31")
        let warehouse = Warehouse(conninfo: conninfo, connections: 2, logger: .silent)
        let now = date("2025-06-01T00:00:00Z")
        try await warehouse.configure([Fixture.registration()])
        let organization = try await warehouse.identify(Fixture.registration(), as: Fixture.organization, now: now)
        let listing = OAuthClient(id: "c-0", name: "Zero", state: "active", authorizedGrantType: "", createdAt: nil)
        try await warehouse.storeListing([listing], of: organization, now: now)
        let run = try await warehouse.beginRun(.once, version: "test", now: now)
        let recorder = warehouse.recorder(organization: organization, run: run, byUser: false, now: { now })
        // First load, then one that changes, adds and removes rows; the second one through the temporary table.
        for (clients, requests) in [(0..<3, Int64(1)), (1..<400, 2)] {
            let submission = try await recorder.intend(Query(march))
            try await recorder.accepted(submission, ExecutionID(rawValue: "e"))
            let rows = march.days.flatMap { day in clients.map { row(day, "c-\($0)", name: "n", requests: requests) } }
            let context = WindowContext(
                window: march, organization: organization, run: run, submission: submission,
                settling: Settling(settleAfter: .zero), now: now)
            let outcome = try await warehouse.store(spool(rows), replacing: context)
            #expect(outcome.inserted > 0)
        }
        try await warehouse.storeListing([], of: organization, now: now + 1)
        try await warehouse.markFailed(march, organization: organization, run: run, because: "x", now: now)
        try await warehouse.markSourceFailed("acme", because: "x", now: now)
        try await warehouse.finishRun(run, RunSummary(), now: now)
        _ = try await warehouse.coverage(of: .organizationQuery, organization: organization)
        _ = try await warehouse.typicalExecutionTime(of: .organizationQuery)
        #expect(try await warehouse.status().freshness.count == 1)
        await expectRefused(
            [
                "CREATE TABLE ingest.own (one integer)", "CREATE TABLE usage.own (one integer)",
                "CREATE TABLE public.own (one integer)", "SELECT rolpassword FROM pg_catalog.pg_authid",
                "TRUNCATE ingest.usage_row", "DELETE FROM ingest.coverage", "DELETE FROM ingest.restatement",
                "UPDATE ingest.restatement SET run_id = 0", "DELETE FROM ingest.oauth_client", "DELETE FROM ingest.run",
                "UPDATE ingest.endpoint SET platform = 'x'", "DROP TABLE ingest.usage_row",
                "ALTER TABLE ingest.usage_row DETACH PARTITION ingest.usage_row_202503",
                "INSERT INTO ingest.usage_row_202503 SELECT * FROM ingest.usage_row",
                "CREATE OR REPLACE FUNCTION ingest.today() RETURNS date LANGUAGE sql AS 'SELECT NULL::date'",
                "SET ROLE usage_owner", "SET ROLE usage_reader",
            ], pool)
        await warehouse.close()
        await pool.close()
    }

    @Test func `the daemon's login stores every other dataset and can do nothing else with its tables`() async throws {
        let (conninfo, pool) = try await login(memberOf: "usage_writer")
        let warehouse = Warehouse(conninfo: conninfo, connections: 2, logger: .silent)
        let now = date("2025-06-01T00:00:00Z")
        let datasets = Dataset.allCases.map {
            SourceRegistration.DatasetRegistration(
                dataset: $0, startDate: Fixture.startDate, settleAfter: .zero, byUser: false)
        }
        let source = SourceRegistration(
            name: "acme", kind: "genesys", datasets: datasets, primary: .organizationQuery)
        try await warehouse.configure([source])
        let organization = try await warehouse.identify(source, as: Fixture.organization, now: now)
        let run = try await warehouse.beginRun(.once, version: "test", now: now)
        let recorder = warehouse.recorder(organization: organization, run: run, byUser: false, now: { now })
        let first = day("2025-03-01")
        func context(_ window: Window) async throws -> WindowContext {
            WindowContext(
                window: window, organization: organization, run: run,
                submission: try await recorder.intend(Query(window, part: "p")),
                settling: Settling(settleAfter: .zero), now: now, sharedNames: ["Robot"])
        }
        let days = first..<first.advanced(by: 1)
        let search = Window(dataset: .simplesearch, days: days)
        _ = try await warehouse.store(spool([named("Robot", first)]), replacing: context(search))
        for requests in [Int64(1), 2] {
            let counts = row(first, requests: requests).counts
            let summary = ClientSummary(
                days: 7, rows: [.init(day: nil, templateURI: "api/\(requests)", counts: counts)])
            _ = try await warehouse.store(summary, of: context(snapshot("c-1", first)))
            _ = try await warehouse.store(
                units(Decimal(requests)), of: context(Window(dataset: .channelUsage, days: days)), timeZone: "UTC")
        }
        for day in Month(year: 2025, month: 3).days.dropFirst() {
            _ = try await warehouse.store(
                units(1), of: context(Window(dataset: .channelUsage, days: day..<day.advanced(by: 1))), timeZone: "UTC")
        }
        #expect(
            try await warehouse.channelMonthsToCheck(of: organization, timeZone: "UTC")
                == [Month(year: 2025, month: 3)])
        for stated in [Decimal(31), 32] {
            let differences = try await warehouse.storeChannelMonth(
                Month(year: 2025, month: 3), stated: units(stated), organization: organization, timeZone: "UTC",
                run: run, now: now)
            #expect(differences == (stated == 32 ? [:] : [.sms: -1]))
        }
        try await warehouse.useTimeZone("Asia/Taipei", of: organization)
        #expect(try await warehouse.calendar(of: "Asia/Taipei", from: first, through: first) != nil)
        for clients in [["c-1"], ["c-2"]] { try await warehouse.storeAskedClients(clients, of: "acme") }
        #expect(try await warehouse.askedClients(of: "acme") == ["c-2"])
        for value in [Int64(1), 2] {
            try await warehouse.storeLimits(
                [APILimit(namespace: "usage", key: "k", value: value)], of: organization, on: first)
        }
        #expect(try await warehouse.hasLimits(of: organization, on: first))
        #expect(try await warehouse.expectedRows(of: first, organization: organization) == 1)
        #expect(
            try await warehouse.totalsByClientName(of: .simplesearch, day: first, organization: organization)?.keys
                .sorted() == ["Robot"])
        for _ in 0..<2 {
            try await warehouse.markUnavailable(
                [search], organization: organization, run: run, because: "x", until: now)
        }
        #expect(
            try await warehouse.coverage(ofEachClientIn: .clientSummary, organization: organization).keys.sorted()
                == ["c-1"])
        await expectRefused(
            [
                "DELETE FROM ingest.channel_usage_row", "DELETE FROM ingest.channel_restatement",
                "UPDATE ingest.channel_restatement SET run_id = 0", "DELETE FROM ingest.channel_month",
                "DELETE FROM ingest.limit_snapshot", "DELETE FROM ingest.source_client",
                "TRUNCATE ingest.client_summary_row", "DROP TABLE ingest.source_client",
            ], pool)
        await warehouse.close()
        await pool.close()
    }

    @Test(arguments: ["usage_writer", "usage_reader"])
    func `neither the daemon's login nor an analyst's alters, drops, empties or makes anything`(
        role: String
    ) async throws {
        let (_, pool) = try await login(memberOf: role)
        // A partition, too, that the daemon itself has asked for.
        _ = try await TestDatabase.current.pool().withConnection {
            try $0.execute("SELECT ingest.ensure_partition('2025-03-01')")
        }
        let statements = try await pool.withConnection { connection in
            try connection.query(
                """
                WITH object AS (
                    SELECT oid::regclass::text AS name, relkind,
                        CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
                    FROM pg_class
                    WHERE relnamespace IN ('ingest'::regnamespace, 'usage'::regnamespace)
                        AND relkind IN ('r', 'p', 'v', 'S')
                )
                SELECT format('ALTER %s %s RENAME TO taken', kind, name) FROM object
                UNION ALL SELECT format('DROP %s %s', kind, name) FROM object
                UNION ALL SELECT format('TRUNCATE %s', name) FROM object WHERE kind = 'TABLE'
                UNION ALL SELECT format('CREATE INDEX ON %s ((1))', name) FROM object WHERE kind = 'TABLE'
                UNION ALL SELECT format('CREATE TRIGGER taken AFTER INSERT ON %s EXECUTE FUNCTION now()', name)
                    FROM object WHERE kind = 'TABLE'
                UNION ALL SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc
                    WHERE pronamespace IN ('ingest'::regnamespace, 'usage'::regnamespace)
                UNION ALL SELECT format(form, nspname)
                    FROM pg_namespace
                    CROSS JOIN unnest(ARRAY[
                        'CREATE TABLE %I.taken (one integer)', 'CREATE VIEW %I.taken AS SELECT 1',
                        'CREATE FUNCTION %I.taken() RETURNS integer LANGUAGE sql AS ''SELECT 1''',
                        'ALTER SCHEMA %I RENAME TO taken', 'DROP SCHEMA %I CASCADE']) AS form
                    WHERE nspname IN ('ingest', 'usage', 'public')
                """
            ).map { try $0.decode(String.self) }
        }
        #expect(statements.count > 100)
        #expect(statements.contains("TRUNCATE ingest.usage_row_202503"))
        await expectRefused(statements, pool)
        await pool.close()
    }

    @Test func `an analyst's login reads every view and nothing else`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-01"))
        let (_, pool) = try await login(memberOf: "usage_reader")
        let counts = try await pool.withConnection { connection in
            try connection.query("SELECT viewname::text FROM pg_views WHERE schemaname = 'usage'").map { row in
                let view = try row.decode(String.self)
                return try connection.query("SELECT count(*) FROM usage.\(identifier: view)").first?.decode(Int64.self)
            }
        }
        #expect(counts.count >= 7 && counts.contains(1))
        await expectRefused(
            [
                "SELECT FROM ingest.usage_row", "SELECT FROM ingest.execution", "SELECT FROM ingest.source",
                "UPDATE usage.api_usage SET requests = 0", "DELETE FROM usage.oauth_client",
                "CREATE TABLE usage.own (one integer)", "CREATE TABLE public.own (one integer)",
                "SELECT ingest.ensure_partition('2025-03-01')", "CREATE VIEW usage.own AS SELECT 1",
            ], pool)
        await pool.close()
        await fixture.close()
    }

    @Test func `what a caller puts into its search path does not reach ensure_partition`() async throws {
        let (_, pool) = try await login(memberOf: "usage_writer")
        try await pool.withConnection { connection in
            try connection.executeScript(
                """
                CREATE TEMPORARY TABLE usage_row (usage_date date);
                CREATE TEMPORARY TABLE restatement (usage_date date);
                CREATE TEMPORARY TABLE pg_class (relname name);
                CREATE FUNCTION pg_temp.to_regclass(text) RETURNS regclass LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'taken over by %', current_user; END $$;
                CREATE FUNCTION pg_temp.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'taken over by %', current_user; END $$;
                CREATE FUNCTION pg_temp.date_trunc(text, timestamp) RETURNS timestamp LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'taken over by %', current_user; END $$;
                SET search_path = pg_temp, public, pg_catalog;
                SELECT ingest.ensure_partition('2025-03-15');
                """)
        }
        let owner = try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT pg_catalog.pg_get_userbyid(relowner)::text FROM pg_catalog.pg_class
                WHERE oid = pg_catalog.to_regclass('ingest.usage_row_202503')
                """
            ).first?.decode(String.self)
        }
        #expect(owner == "usage_owner")
        await expectNoDay("'infinity'", pool)
        await expectNoDay("NULL", pool)
        await pool.close()
    }

    private func expectNoDay(_ day: String, _ pool: PostgresPool) async {
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withConnection { try $0.execute("SELECT ingest.ensure_partition(\(unsafe: day))") }
        }
        #expect(error?.sqlState == "22023")
    }

    @Test func `eight sessions make the same partitions at once`() async throws {
        let (_, pool) = try await login(memberOf: "usage_writer")
        try await withThrowingTaskGroup { group in
            for session in 0..<8 {
                group.addTask {
                    for month in 0..<4 {
                        _ = try await pool.withConnection(timeout: .seconds(120)) { connection in
                            // A session that has looked in vain remembers that, and must hear of what others made.
                            _ = try connection.query(
                                "SELECT to_regclass('ingest.usage_row_20250' || n) FROM generate_series(1, 4) AS n")
                            return try connection.execute(
                                """
                                SELECT ingest.ensure_partition(
                                    (date '2025-01-20' + make_interval(months => \(Int32((session + month) % 4))))::date
                                )
                                """)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let partitions = try await pool.withConnection { connection in
            try connection.query("SELECT count(*) FROM pg_inherits WHERE inhparent = 'ingest.usage_row'::regclass")
                .first?.decode(Int64.self)
        }
        #expect(partitions == 4)
        await pool.close()
    }

    @Test func `readers and the making of a partition do not wait for each other`() async throws {
        let (_, pool) = try await login(memberOf: "usage_writer")
        let database = try TestDatabase.current
        let reader = try await database.connect()
        let maker = try await database.connect()
        _ = try await maker.run(timeout: .seconds(120)) {
            try $0.execute("SELECT ingest.ensure_partition('2025-02-01')")
        }
        // A reader that holds its lock and its snapshot does not stop the maker, whose lock_timeout would end it.
        try await reader.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            _ = try connection.query("SELECT count(*) FROM usage.api_usage")
        }
        _ = try await pool.withConnection { try $0.execute("SELECT ingest.ensure_partition('2025-03-01')") }
        // A partition that is being made does not stop readers, old or new.
        try await maker.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN")
            try connection.execute("SELECT ingest.ensure_partition('2025-04-01')")
        }
        for connection in [reader, try await database.connect()] {
            _ = try await connection.run(timeout: .seconds(120)) { connection in
                try connection.execute("SET lock_timeout = '2s'")
                return try connection.query("SELECT count(*) FROM usage.api_usage")
            }
        }
        try await maker.run(timeout: .seconds(120)) { try $0.execute("COMMIT") }
        try await reader.run(timeout: .seconds(120)) { try $0.execute("COMMIT") }
        await pool.close()
    }
}
