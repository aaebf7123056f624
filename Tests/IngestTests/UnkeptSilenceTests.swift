import Foundation
import Ingest
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// What is learned of a source's allowance while the database is away is written down when it is back.
@Suite(.database, .timeLimit(.minutes(30)))
struct UnkeptSilenceTests {
    /// Executions run until the script is changed.
    private static var endless: Script {
        var script = Script()
        script.runningPolls = 1_000_000
        return script
    }

    /// A pass that does not look after its lock, and so goes on asking while the database is away.
    private func pass(_ bench: PassBench) throws -> Pass {
        let pass = try bench.pass()
        var settings = pass.settings
        settings.holds.checkEvery = .seconds(3_600)
        settings.holds.validity = .seconds(3_600)
        return Pass(warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
    }

    @Test func `a silence that is asked for while the database is away outlives the process all the same`() async throws
    {
        let database = try TestDatabase.current
        let proxy = try database.faultProxy()
        try await PassBench.with(
            World(seed: 58), script: Self.endless, conninfo: proxy.conninfo(database: database.name)
        ) { bench in
            let month = PassScope.backfill(PassBench.days("2025-01-01..2025-01-31"), refetching: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [pass = try pass(bench)] in _ = try? await pass.run(month) }
                try await bench.simulator.ledger.reaches(2, of: .results)
                proxy.mode = .refuse
                proxy.resetConnections()
                bench.simulator.rewrite { $0.faults = [Fault(.results, .status(429, retryAfter: 150))] }
                try await eventually("silence was asked for") { await bench.exchange.budget.silence > .zero }
                try await eventually("it could not be written down") { proxy.refusals > 0 }
                proxy.mode = .forward
                try await eventually("it is written down", within: .seconds(60)) {
                    try await bench.warehouse.budget(of: "acme").restingUntil != nil
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            let end = try #require(try await bench.warehouse.budget(of: "acme").restingUntil)
            let asked = bench.simulator.ledger.entries.count
            // The next process has a budget of its own and waits for the rest of it.
            var next = bench
            next.exchange = try #require(bench.otherExchange)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [pass = try next.pass()] in _ = try? await pass.run(month) }
                try await eventually("a request waits") { await next.exchange.budget.waiting > 0 }
                let silence = await next.exchange.budget.silence
                #expect(abs(end.timeIntervalSinceNow - silence / .seconds(1)) < 5)
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(bench.simulator.ledger.entries.count == asked)
        }
    }
}
