import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct StatisticsTests {
    @Test func `partitioned tables are analysed as wholes when they have grown or shrunk by a fifth`() async throws {
        let fixture = try await Fixture()
        let june = window("2025-06-01", "2025-06-30")
        try await fixture.store(rows(june, clients: 100), june)
        // Nobody has counted the partitions yet.
        #expect(try await fixture.warehouse.analyzeGrown() == [])
        try await analyzePartitions(fixture)
        #expect(try await hasStatistics(fixture) == false)
        #expect(try await fixture.warehouse.analyzeGrown() == ["ingest.client_day", "ingest.usage_row"])
        #expect(try await hasStatistics(fixture))
        #expect(try await fixture.warehouse.analyzeGrown() == [])

        try await store(clients: 50, in: window("2025-07-01", "2025-07-31"), fixture)
        #expect(try await fixture.warehouse.analyzeGrown() == [], "1,550 more are within a fifth and a thousand")
        try await store(clients: 2, in: window("2025-08-01", "2025-08-31"), fixture)
        #expect(try await fixture.warehouse.analyzeGrown() == ["ingest.client_day", "ingest.usage_row"])
        // What vanishes goes to the journal.
        try await store(clients: 0, in: june, fixture)
        #expect(
            try await fixture.warehouse.analyzeGrown() == [
                "ingest.client_day", "ingest.restatement", "ingest.usage_row",
            ])
        await fixture.close()
    }

    @Test func `of two sessions at once one analyses`() async throws {
        let fixture = try await Fixture()
        try await store(clients: 100, in: window("2025-06-01", "2025-06-30"), fixture)
        let other = try await TestDatabase.current.connect()
        try await other.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN")
            #expect(try connection.query("SELECT cardinality(ingest.analyze_grown())").first?.decode(Int32.self) == 2)
        }
        #expect(try await fixture.warehouse.analyzeGrown() == [])
        await other.close()
        await fixture.close()
    }

    private func store(clients: Int, in window: Window, _ fixture: Fixture) async throws {
        try await fixture.store(rows(window, clients: clients), window)
        try await analyzePartitions(fixture)
    }

    /// What autovacuum does in time.
    private func analyzePartitions(_ fixture: Fixture) async throws {
        let partitions = try await fixture.query(
            "SELECT relname::text FROM pg_class WHERE relispartition AND relkind = 'r'")
        for partition in try partitions.map({ try $0.decode(String.self) }) {
            try await fixture.query("ANALYZE ingest.\(identifier: partition)")
        }
    }

    private func hasStatistics(_ fixture: Fixture) async throws -> Bool {
        try await fixture.value(
            """
            SELECT count(*) = 1 FROM pg_stats
            WHERE schemaname = 'ingest' AND tablename = 'usage_row' AND attname = 'client_key' AND inherited
            """)
    }
}
