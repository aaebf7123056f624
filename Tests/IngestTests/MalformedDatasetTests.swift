import FoundationEssentials
import Ingest
import Postgres
import Synchronization
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// A dataset of which every answer is malformed is left alone, and everything else goes on.
@Suite(.database, .serialized, .timeLimit(.minutes(30)))
struct MalformedDatasetTests {
    private static let world = World(seed: 72, size: .init(clients: 3, rowsADay: 4, isSteady: true))
    private static let malformed = Fault.Effect.raw(200, contentType: "application/json", body: #"{"results":7}"#)

    /// A pass on a clock that the test sets, which works on one window after the other.
    private func pass(_ bench: PassBench) throws -> Pass {
        let pass = try bench.pass()
        var settings = pass.settings
        settings.windowsAtOnce = 1
        settings.mostWindowsAtOnce = 1
        return Pass(warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
    }

    private func leftAlone(_ bench: PassBench) -> [Dataset] {
        bench.events.value.compactMap { if case .leftAlone(_, let dataset, _, _, _, _) = $0 { dataset } else { nil } }
    }

    @Test func `a dataset whose every answer is malformed is asked less and less while another is complete`()
        async throws
    {
        try await PassBench.with(
            Self.world, script: Script(faults: [Fault(.completeResults, Self.malformed)])
        ) { bench async throws in
            let now = Mutex(Day(containing: Date()).advanced(by: -4).start.addingTimeInterval(60))
            var bench = bench
            bench.datasets = [.organizationQuery, .organizationJobs]
            bench.startDate = Day(containing: now.withLock { $0 }).advanced(by: -300)
            bench.now = { now.withLock { $0 } }
            let pass = try pass(bench)
            #expect(try await !pass.run(.scheduled).isComplete)
            #expect(leftAlone(bench) == [.organizationQuery])
            // Three windows, each twice as a whole and then day by day; the other eight are left alone.
            let first = bench.simulator.ledger.count(of: .submit)
            #expect((10...3 * 33).contains(first))
            let days = bench.startDate..<Day(containing: bench.now())
            #expect(try await bench.stored(.organizationJobs) == bench.truth(of: .organizationJobs, days))
            // Within the hour nothing of it is asked, and later it is tried again.
            now.withLock { $0.addTimeInterval(1_800) }
            _ = try await pass.run(.scheduled)
            #expect(bench.simulator.ledger.count(of: .submit) == first)
            bench.simulator.rewrite { $0.faults = [] }
            now.withLock { $0.addTimeInterval(86_400) }
            _ = try await pass.run(.scheduled)
            let later = bench.startDate..<Day(containing: bench.now())
            #expect(try await bench.stored(.organizationQuery) == bench.truth(of: .organizationQuery, later))
            #expect(try await bench.texts("SELECT subject FROM ingest.back_off WHERE failures > 0") == [])
        }
    }

    @Test func `days that never are right do not hide those behind them for long`() async throws {
        try await PassBench.with(Self.world) { bench async throws in
            let now = Mutex(Day("2025-09-20")?.start ?? Date())
            var bench = bench
            bench.startDate = try #require(Day("2025-01-01"))
            bench.now = { now.withLock { $0 } }
            // The newest windows: September after and before the lookback began, August and July.
            bench.simulator.rewrite {
                $0.faults = ["2025-09", "2025-08", "2025-07"].map {
                    Fault(.submit, mentioning: $0, Self.malformed)
                }
            }
            let pass = try pass(bench)
            _ = try await pass.run(.scheduled)
            #expect(leftAlone(bench) == [.organizationQuery])
            #expect(try await bench.stored() == [])
            now.withLock { $0.addTimeInterval(7_200) }
            _ = try await pass.run(.scheduled)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-06-30"))
            #expect(leftAlone(bench) == [.organizationQuery])
        }
    }
}
