import Ingest
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// What a pass does for the planner of questions that come after it.
@Suite(.database) struct StatisticsPassTests {
    @Test func `after a pass the facts are analysed as a whole when they have grown`() async throws {
        try await PassBench.with(World(seed: 62)) { bench in
            #expect(try await bench.backfill("2025-01-01..2025-01-31").isComplete)
            #expect(try await statistics(bench) == ["0"])
            // As autovacuum does in time.
            _ = try await bench.texts("ANALYZE ingest.usage_row_202501")
            #expect(try await bench.backfill("2025-02-01..2025-02-01").isComplete)
            #expect(try await statistics(bench) == ["1"])
        }
    }

    @Test func `that they cannot be analysed fails no pass`() async throws {
        try await PassBench.with(World(seed: 63)) { bench in
            _ = try await bench.texts("DROP FUNCTION ingest.analyze_grown()")
            #expect(try await bench.backfill("2025-01-01..2025-01-31").isComplete)
            let reasons = bench.events.value.compactMap { event in
                if case .housekeepingFailed(let reason) = event { reason } else { nil }
            }
            #expect(reasons.count == 1)
            #expect(reasons.first?.contains("analyze_grown") == true)
        }
    }

    private func statistics(_ bench: PassBench) async throws -> [String] {
        try await bench.texts(
            """
            SELECT count(*)::text FROM pg_stats
            WHERE schemaname = 'ingest' AND tablename = 'usage_row' AND attname = 'client_key' AND inherited
            """)
    }
}
