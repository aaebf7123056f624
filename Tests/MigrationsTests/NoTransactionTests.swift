import Migrations
import Postgres
import TestSupport
import Testing

@Suite(.emptyDatabase, .timeLimit(.minutes(30)))
struct `A file without transaction` {
    let index = "-- migrate: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n)"

    @Test func `may build an index concurrently`() async throws {
        let bench = try await MigrationBench()
        try await bench.apply(["0001_a.sql": "CREATE TABLE a (n int)", "0002_i.sql": index])
        #expect(try await isValid("a_n", bench))
        #expect(try await bench.ledger() == ["0001_a.sql done", "0002_i.sql done"])
    }

    @Test func `that failed is begun anew, without the invalid index it left`() async throws {
        let bench = try await MigrationBench()
        let files: KeyValuePairs = [
            "0001_a.sql": "CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1)", "0002_i.sql": index,
        ]
        let error = await #expect(throws: MigrationError.self) { try await bench.apply(files) }
        #expect(error?.description.contains("0002_i.sql:2:1") == true)
        #expect(try await !isValid("a_n", bench))
        #expect(try await bench.ledger() == ["0001_a.sql done", "0002_i.sql started"])
        let status = try await bench.migrator(files).status(on: bench.connection)
        #expect(status.map(\.state) == [.applied, .interrupted])

        try await bench.execute("DELETE FROM a WHERE ctid = (SELECT max(ctid) FROM a)")
        #expect(try await bench.apply(files) == ["0002_i.sql"])
        #expect(try await isValid("a_n", bench))
        #expect(try await bench.ledger() == ["0001_a.sql done", "0002_i.sql done"])
    }

    @Test func `leaves an invalid index of another schema alone`() async throws {
        let bench = try await MigrationBench()
        try await bench.execute("CREATE SCHEMA other")
        try await bench.execute("CREATE TABLE other.a AS SELECT 1 AS n UNION ALL SELECT 1")
        await #expect(throws: PostgresError.self) {
            try await bench.execute("CREATE UNIQUE INDEX CONCURRENTLY a_n ON other.a (n)")
        }
        try await bench.apply(["0001_a.sql": "CREATE TABLE a (n int)", "0002_i.sql": index])
        #expect(try await !isValid("other.a_n", bench))
    }

    @Test func `indexes a partitioned table in three steps: ON ONLY, each partition, attach`() async throws {
        let bench = try await MigrationBench()
        try await bench.apply([
            "0001_t.sql": """
            CREATE TABLE t (day date) PARTITION BY RANGE (day);
            CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
            CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
            """,
            "0002_only.sql": "CREATE INDEX t_day ON ONLY t (day)",
            "0003_1.sql": "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_1_day ON t_1 (day)",
            "0004_2.sql": "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_2_day ON t_2 (day)",
            "0005_attach.sql": """
            ALTER INDEX t_day ATTACH PARTITION t_1_day;
            ALTER INDEX t_day ATTACH PARTITION t_2_day;
            """,
        ])
        #expect(try await isValid("t_day", bench))
    }

    @Test(arguments: [
        ("-- migrate: no-transaction\nSELECT 1;\nSELECT 2", "0001_a.sql:3:1"),
        ("-- migrate: no-transaction\n", "0001_a.sql:1:1"),
        ("-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a)", "IF NOT EXISTS"),
    ])
    func `is refused unless it is one statement that may run twice`(text: String, words: String) async throws {
        let bench = try await MigrationBench()
        let error = await #expect(throws: MigrationError.self) { try await bench.apply(["0001_a.sql": text]) }
        #expect(error?.description.contains(words) == true)
        #expect(try await bench.value("SELECT to_regclass('ingest.migration') IS NULL") == true)
    }

    private func isValid(_ index: String, _ bench: MigrationBench) async throws -> Bool {
        try await bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = \(index)::text::regclass")
    }
}
