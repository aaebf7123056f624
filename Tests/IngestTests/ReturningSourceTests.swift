import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// What a pass does beside its windows must neither be forgotten nor stand in its way.
@Suite(.database, .timeLimit(.minutes(30)))
struct ReturningSourceTests {
    @Test func `a source that comes back from another process keeps to what that one was told`() async throws {
        var script = Script()
        script.submitStatus = .accepted
        script.runningPolls = 1_000_000
        try await PassBench.with(World(seed: 59), script: script) { bench in
            let pass = try bench.pass()
            var settings = pass.settings
            settings.holds.checkEvery = .milliseconds(20)
            settings.holds.turn = .zero
            let long = Pass(warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
            let other = try await SourceLock(of: "acme", in: bench.warehouse.lockSession)
            async let report = long.run(
                .backfill(PassBench.days("2025-01-01..2025-08-31"), refetching: false))
            try await bench.simulator.ledger.reaches(3, of: .submit)
            async let isTaken = other.wait()
            try await eventually("the backfill knows that others want the source") {
                bench.events.value.contains { if case .sourceWanted = $0 { true } else { false } }
            }
            bench.simulator.rewrite { $0.runningPolls = 0 }
            #expect(try await isTaken)
            try await bench.warehouse.keepBudget(of: "acme", allowance: 50_000, restingUntil: nil)
            #expect(await bench.exchange.budget.limit != 40_000)
            await other.release()
            #expect(try await report.isComplete)
            // Of 50,000 requests a minute four fifths.
            #expect(await bench.exchange.budget.limit == 40_000)
        }
    }

    @Test func `a source that comes back from another process rests when that one was told to for long`() async throws {
        var script = Script()
        script.submitStatus = .accepted
        script.runningPolls = 1_000_000
        try await PassBench.with(World(seed: 60), script: script) { bench in
            let pass = try bench.pass()
            var settings = pass.settings
            settings.holds.checkEvery = .milliseconds(20)
            settings.holds.turn = .zero
            let long = Pass(warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
            let other = try await SourceLock(of: "acme", in: bench.warehouse.lockSession)
            async let report = long.run(
                .backfill(PassBench.days("2025-01-01..2025-08-31"), refetching: false))
            try await bench.simulator.ledger.reaches(3, of: .submit)
            async let isTaken = other.wait()
            try await eventually("the backfill knows that others want the source") {
                bench.events.value.contains { if case .sourceWanted = $0 { true } else { false } }
            }
            bench.simulator.rewrite { $0.runningPolls = 0 }
            #expect(try await isTaken)
            let asked = bench.simulator.ledger.entries.count
            try await bench.warehouse.keepBudget(
                of: "acme", allowance: nil, restingUntil: Date(timeIntervalSinceNow: 7_200))
            await other.release()
            let failures = try await report.sourceFailures
            #expect(failures.map(\.source) == ["acme"])
            #expect(failures.first?.reason.contains("rests until") == true)
            #expect(bench.simulator.ledger.entries.count == asked)
        }
    }

    @Test func `that old submissions cannot be forgotten holds up no source`() async throws {
        try await PassBench.with(World(seed: 61)) { bench in
            _ = try await bench.texts(
                """
                CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'nothing is forgotten here' USING ERRCODE = '42501';
                END $$
                """)
            _ = try await bench.texts(
                """
                CREATE TRIGGER refuse BEFORE DELETE ON ingest.execution
                FOR EACH STATEMENT EXECUTE FUNCTION public.refuse()
                """)
            #expect(try await bench.backfill("2025-01-01..2025-01-31").isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-31"))
            let reasons = bench.events.value.compactMap { event in
                if case .housekeepingFailed(let reason) = event { reason } else { nil }
            }
            #expect(reasons.count == 1)
            #expect(reasons.first?.contains("nothing is forgotten here") == true)
        }
    }
}
