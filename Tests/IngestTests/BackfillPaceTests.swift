import Foundation
import Ingest
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// A backfill uses what it may send, and never more.
@Suite(.database, .timeLimit(.minutes(30)))
struct BackfillPaceTests {
    @Test func `a year of a hundred clients takes as long as its requests must, and causes no 429`() async throws {
        var script = Script()
        script.requestsAMinute = 300
        script.runningPolls = 0
        script.runningTime = .seconds(8)
        let world = World(seed: 41, size: World.Size(clients: 100, rowsADay: 3))
        try await PacedBench.with(world, script: script, clock: WorkClock()) { bench in
            let report = try await bench.backfill("2025-01-01..2025-12-31")
            #expect(report.isComplete)
            let clients = bench.simulator.world.clients.count
            #expect(report.summary.windowsStored == 12 * (1 + clients))
            let requests = bench.simulator.ledger.entries.count
            #expect(report.summary.requests == requests)
            #expect(bench.refusals == 0)
            #expect(bench.densestMinute <= 240)
            let least = Double(requests) / 240 * 60
            #expect(bench.span <= 1.1 * least, "\(requests) requests in \(bench.span) s, at least \(least) s")
        }
    }

    @Test func `in real time it is the same`() async throws {
        var script = Script()
        script.requestsAMinute = 3_000
        script.runningPolls = 0
        script.submitStatus = .ok
        let world = World(seed: 42, size: World.Size(clients: 12, rowsADay: 3))
        try await PacedBench.with(world, script: script, clock: nil) { bench in
            let report = try await bench.backfill("2025-01-01..2025-06-30")
            #expect(report.isComplete)
            let requests = bench.simulator.ledger.entries.count
            #expect(requests > 140)
            #expect(report.summary.requests == requests)
            #expect(bench.refusals == 0)
            #expect(bench.densestMinute <= 2_400)
            let least = Double(requests) / 2_400 * 60
            // A busy machine may take its time, but not as long as windows one after the other at the old pace.
            #expect(bench.span <= 1.1 * least + 30, "\(requests) requests in \(bench.span) s")
        }
    }

    @Test(arguments: [Script.Concurrency.tooMany, .conflict])
    func `a vendor that lets few executions run gets few, and loses no window`(limit: Script.Concurrency) async throws {
        var script = Script()
        script.requestsAMinute = 100_000
        script.runningPolls = 0
        script.runningTime = .milliseconds(300)
        script.concurrency = limit
        script.concurrentExecutions = 2
        let world = World(seed: 43, size: World.Size(clients: 7, rowsADay: 3))
        try await PacedBench.with(world, script: script, clock: nil) { bench in
            let report = try await bench.backfill("2025-01-01..2025-01-31")
            #expect(report.isComplete, "\(report)")
            let refused = bench.simulator.ledger.entries.count { $0.status == 429 || $0.status == 409 }
            #expect((1...9).contains(refused), "\(refused)")
        }
    }
}
