import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// An API that refuses windows that begin before the oldest day it keeps.
@Suite(.database)
struct UnknownRetentionTests {
    /// Lends a bench whose API keeps everything from the 21st of January 2025 on.
    private func withMemory(_ body: @Sendable (PassBench) async throws -> Void) async throws {
        let oldest = try #require(Day("2025-01-21"))
        var script = Script()
        script.retention = .refused
        script.retentionDays = oldest.distance(to: Day(containing: Date()))
        let size = World.Size(rowsADay: 10, isSteady: true)
        try await PassBench.with(World(seed: 51, size: size), script: script) { bench in
            try await body(bench)
        }
    }

    @Test func `a month that began too early is read as far back as the API remembers`() async throws {
        try await withMemory { bench in
            let report = try await bench.backfill("2025-01-01..2025-01-31")
            #expect(!report.isComplete)
            #expect(report.summary.windowsStored == 11)
            // The newest day that is refused, and the older ones, which are not asked for.
            #expect(report.summary.windowsFailed == 2)
            #expect(report.summary.windowsPlanned == 13)
            #expect(bench.simulator.ledger.count(of: .submit) == 1 + 11 + 1)
            #expect(try await bench.stored() == bench.truth("2025-01-21..2025-01-31"))
            #expect(try await bench.states() == ["covered": 11, "failed": 20])
            let reasons = try await bench.texts("SELECT last_error FROM usage.coverage WHERE state = 'failed'")
            #expect(reasons.count == 20 && reasons.allSatisfy { $0.contains("the oldest day that is kept") })
            // What is refused again costs two requests and nothing that is stored.
            _ = try await bench.backfill("2025-01-01..2025-01-31")
            #expect(bench.simulator.ledger.count(of: .submit) == 13 + 2)
            #expect(try await bench.states() == ["covered": 11, "failed": 20])
        }
    }

    @Test func `a month that is refused as a whole is asked for twice, not day by day`() async throws {
        try await withMemory { bench in
            let report = try await bench.backfill("2024-12-01..2024-12-31")
            #expect(report.summary.windowsStored == 0)
            #expect(bench.simulator.ledger.count(of: .submit) == 2)
            // Days before the first that is owed are told with those.
            #expect(
                try await bench.texts("SELECT count(*)::text FROM ingest.coverage WHERE state = 'failed'") == ["31"])
        }
    }
}
