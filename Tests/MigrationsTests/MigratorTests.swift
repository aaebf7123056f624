import EphemeralPostgres
import Migrations
import Postgres
import TestSupport
import Testing

@Suite(.emptyDatabase, .timeLimit(.minutes(30)))
struct `Migrating a database` {
    @Test func `applies what is pending, once`() async throws {
        let bench = try await MigrationBench()
        let first: KeyValuePairs = ["0001_a.sql": "CREATE TABLE a (n int); INSERT INTO a VALUES (1)"]
        #expect(try await bench.apply(first) == ["0001_a.sql"])
        #expect(try await bench.apply(first).isEmpty)
        #expect(try await bench.value("SELECT count(*) FROM a") == Int64(1))
        #expect(try await bench.ledger() == ["0001_a.sql done"])
    }

    @Test func `comments its ledger`() async throws {
        let bench = try await MigrationBench()
        try await bench.apply(["0001_a.sql": "SELECT 1"])
        let uncommented: Int64 = try await bench.value(
            """
            SELECT count(*) FROM pg_attribute
            WHERE attrelid = 'ingest.migration'::regclass AND attnum > 0
              AND col_description(attrelid, attnum) IS NULL
            """)
        #expect(uncommented == 0)
        #expect(try await bench.value("SELECT obj_description('ingest.migration'::regclass) IS NOT NULL") == true)
    }

    @Test func `plans without applying anything`() async throws {
        let bench = try await MigrationBench()
        let migrator = try bench.migrator(["0001_a.sql": "CREATE TABLE a (n int)", "R_v.sql": "SELECT 1"])
        let plan = try await migrator.plan(on: bench.connection)
        #expect(plan.steps.map(\.file.text) == ["CREATE TABLE a (n int)", "SELECT 1"])
        #expect(try await bench.value("SELECT to_regclass('a') IS NULL") == true)
        #expect(try await bench.value("SELECT to_regnamespace('ingest') IS NULL") == true)
    }

    @Test func `applies repeatable files after the numbered ones, and again when they change`() async throws {
        let bench = try await MigrationBench()
        let table = "CREATE TABLE a (n int)"
        #expect(
            try await bench.apply(["R_v.sql": "CREATE OR REPLACE VIEW v AS SELECT n FROM a", "0001_a.sql": table])
                == ["0001_a.sql", "R_v.sql"])
        let changed: KeyValuePairs = [
            "0001_a.sql": table, "R_v.sql": "CREATE OR REPLACE VIEW v AS SELECT n, 2 AS m FROM a",
        ]
        #expect(try await bench.apply(changed) == ["R_v.sql"])
        #expect(try await bench.apply(changed).isEmpty)
        try await bench.execute("SELECT m FROM v")
    }

    @Test func `does not mind other line ends`() async throws {
        let bench = try await MigrationBench()
        try await bench.apply(["0001_a.sql": "CREATE TABLE a (n int);\nSELECT 1;\n"])
        #expect(try await bench.apply(["0001_a.sql": "CREATE TABLE a (n int);\r\nSELECT 1;\r\n"]).isEmpty)
        let known: String = try await bench.value("SELECT checksum FROM ingest.migration")
        let expected: String = try await bench.value(
            "SELECT encode(sha256(convert_to(\("CREATE TABLE a (n int);\nSELECT 1;\n"), 'UTF8')), 'hex')")
        #expect(known == expected)
    }

    @Test func `refuses an edited, a removed, a late and a newer file, each by name`() async throws {
        let bench = try await MigrationBench()
        try await bench.apply(["0001_a.sql": "SELECT 1", "0003_c.sql": "SELECT 3"])
        try await expectRefusal(.changed("0001_a.sql"), of: ["0001_a.sql": "SELECT 2", "0003_c.sql": "SELECT 3"])
        try await expectRefusal(.missing("0001_a.sql"), of: ["0003_c.sql": "SELECT 3"])
        try await expectRefusal(.newer("0003_c.sql"), of: ["0001_a.sql": "SELECT 1"])
        try await expectRefusal(
            .outOfOrder("0002_b.sql", lastApplied: "0003_c.sql"),
            of: ["0001_a.sql": "SELECT 1", "0002_b.sql": "CREATE TABLE late ()", "0003_c.sql": "SELECT 3"])
        #expect(try await bench.value("SELECT to_regclass('late') IS NULL") == true)
    }

    private func expectRefusal(_ refusal: MigrationRefusal, of files: KeyValuePairs<String, String>) async throws {
        let bench = try await MigrationBench()
        let error = await #expect(throws: MigrationError.self) { try await bench.apply(files) }
        guard case .refused([refusal]) = error else {
            Issue.record("\(refusal) was expected, not \(String(describing: error))")
            return
        }
        #expect(error?.isAhead == refusal.isAhead)
    }

    @Test func `tells a program whether it may start`() async throws {
        let bench = try await MigrationBench()
        let migrator = try bench.migrator(["0001_a.sql": "SELECT 1"])
        let error = await #expect(throws: MigrationError.self) {
            try await migrator.verifyCurrent(on: bench.connection)
        }
        #expect(error?.isBehind == true)
        #expect(error?.description.contains("0001_a.sql") == true)
        try await migrator.apply(to: bench.database.configuration)
        try await migrator.verifyCurrent(on: bench.connection)
    }

    @Test func `takes over a schema that was made without it`() async throws {
        let bench = try await MigrationBench()
        try await bench.execute("CREATE TABLE a (n int)")
        let migrator = try bench.migrator([
            "0001_a.sql": "CREATE TABLE a (n int)", "0002_b.sql": "ALTER TABLE a ADD m int", "R_v.sql": "SELECT 1",
        ])
        try await migrator.baseline(through: 1, in: bench.database.configuration)
        let applied = try await migrator.apply(to: bench.database.configuration).steps.map(\.file.name)
        #expect(applied == ["0002_b.sql", "R_v.sql"])
        #expect(try await bench.ledger() == ["0001_a.sql baselined", "0002_b.sql done", "R_v.sql done"])
        await #expect(throws: MigrationError.self) {
            try await migrator.baseline(through: 2, in: bench.database.configuration)
        }
        await #expect(throws: MigrationError.self) {
            try await migrator.baseline(through: 9, in: bench.database.configuration)
        }
    }

    @Test(arguments: [
        ("CREATE TABLE a (n int);\nINSERT INTO a\n  VALUES (1 +);", "0001_a.sql:3:14"),
        ("CREATE TABLE a (é int); -- 🙂\n\n  SELECT é,\n    nothing FROM a;", "0001_a.sql:4:5"),
        ("CREATE TABLE a (n int);\r\n\r\nCREATE TABLE a (n int);", "0001_a.sql:3:1"),
    ])
    func `rolls a faulty file back and tells the place`(text: String, place: String) async throws {
        let bench = try await MigrationBench()
        let error = await #expect(throws: MigrationError.self) { try await bench.apply(["0001_a.sql": text]) }
        #expect(error?.description.contains("\(place): ") == true, "\(String(describing: error))")
        #expect(try await bench.value("SELECT to_regclass('a') IS NULL") == true)
        #expect(try await bench.ledger().isEmpty)
        #expect(try await bench.apply(["0001_a.sql": "CREATE TABLE a (n int)"]) == ["0001_a.sql"])
    }

    @Test func `refuses a file that ends its transaction, before anything runs`() async throws {
        let bench = try await MigrationBench()
        let error = await #expect(throws: MigrationError.self) {
            try await bench.apply(["0001_a.sql": "CREATE TABLE a (n int);\nCOMMIT;", "0002_b.sql": "SELECT 1"])
        }
        #expect(error?.description.contains("0001_a.sql:2:1") == true)
        #expect(try await bench.value("SELECT to_regclass('a') IS NULL") == true)
    }

    @Test func `gives way to a lock on a table and comes again`() async throws {
        let bench = try await MigrationBench()
        try await bench.execute("CREATE TABLE a (n int)")
        let log = LogCapture()
        let migrator = try bench.migrator(
            ["0001_a.sql": "ALTER TABLE a ADD m int"], limits: .init(tableLock: .milliseconds(30)), logger: log.logger)
        let holder = bench.connection
        try await holder.run(timeout: .seconds(120)) { try $0.executeScript("BEGIN; LOCK TABLE a") }
        async let applied = migrator.apply(to: bench.database.configuration)
        try await eventually("it gave way twice") {
            log.messages().count { $0 == "migration gave way to a lock" } >= 2
        }
        try await holder.run(timeout: .seconds(120)) { try $0.executeScript("COMMIT") }
        #expect(try await applied.steps.count == 1)
        try await bench.execute("SELECT m FROM a")
    }

    @Test func `gives up on a lock in the end, and says where`() async throws {
        let bench = try await MigrationBench()
        try await bench.execute("CREATE TABLE a (n int)")
        let limits = MigrationLimits(tableLock: .milliseconds(10), lockRetries: .milliseconds(100))
        let migrator = try bench.migrator(["0001_a.sql": "SELECT 1;\nALTER TABLE a ADD m int"], limits: limits)
        try await bench.connection.run(timeout: .seconds(120)) { try $0.executeScript("BEGIN; LOCK TABLE a") }
        let error = await #expect(throws: MigrationError.self) {
            try await migrator.apply(to: bench.database.configuration)
        }
        #expect(error?.description.contains("0001_a.sql:2:1") == true)
        #expect(error?.isTransient == true)
    }

    @Test func `waits for another process no longer than allowed`() async throws {
        let bench = try await MigrationBench()
        try await bench.execute("SELECT pg_advisory_lock(hashtextextended('usaged.migration ingest', 0))")
        let migrator = try bench.migrator(["0001_a.sql": "SELECT 1"], limits: .init(migrationLock: .milliseconds(100)))
        let error = await #expect(throws: MigrationError.self) {
            try await migrator.apply(to: bench.database.configuration)
        }
        guard case .lockNotAcquired = error else {
            Issue.record("the lock was held: \(String(describing: error))")
            return
        }
    }
}

@Suite(.timeLimit(.minutes(30)))
struct `The role that owns the schema` {
    // In a cluster of its own: roles belong to all databases.
    @Test func `is made by roles.sql and taken on for the migrations`() async throws {
        try await EphemeralPostgres.withCluster { cluster in
            let files = try source([
                "roles.sql": """
                DO $$ BEGIN
                    IF to_regrole('usage_owner') IS NULL THEN CREATE ROLE usage_owner; END IF;
                END $$;
                DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO usage_owner', current_database()); END $$;
                """,
                "0001_a.sql": "CREATE TABLE ingest.a (n int)",
            ])
            let migrator = Migrator(source: files, logger: .silent)
            let configuration = PostgresConfiguration(
                conninfo: cluster.conninfo(), applicationName: "test", connectTimeout: .seconds(120))
            let connection = try await PostgresConnection.connect(configuration, logger: .silent)
            try await migrator.applyRoles(on: connection)
            try await migrator.applyRoles(on: connection)
            try await migrator.apply(to: configuration)
            let owners = try await connection.run(timeout: .seconds(120)) { connection in
                try connection.query("SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'ingest'")
                    .map { try $0.decode(String.self) }
            }
            #expect(owners == ["usage_owner"])
        }
    }
}
