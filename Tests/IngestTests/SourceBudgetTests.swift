import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// What a pass counts, remembers and keeps to of the requests of a source.
@Suite(.database, .timeLimit(.minutes(30)))
struct SourceBudgetTests {
    private static let week = "2025-01-01..2025-01-07"

    @Test func `a run counts every request of its sources, whatever for`() async throws {
        let script = Script(faults: [
            Fault(.token, .nth(1), .status(503)), Fault(.clients, .nth(1), .status(502)),
            Fault(.results, .nth(2), .expireToken), Fault(.completeResults, .nth(1), .cut(afterBytes: 500)),
            Fault(.submit, .nth(2), .status(503, retryAfter: 0)),
        ])
        try await PassBench.with(World(seed: 51), script: script) { bench in
            for range in ["2025-01-01..2025-02-28", "2025-03-01..2025-03-31"] {
                let before = bench.simulator.ledger.entries.count
                let report = try await bench.backfill(range)
                #expect(report.isComplete)
                #expect(report.summary.requests == bench.simulator.ledger.entries.count - before)
            }
            #expect(
                try await bench.texts("SELECT sum(requests)::text FROM ingest.run")
                    == ["\(bench.simulator.ledger.entries.count)"])
        }
    }

    @Test func `requests of a source that could not begin are counted, too`() async throws {
        try await PassBench.with(World(seed: 52)) { bench in
            var wrong = bench
            wrong.secret = "wrong-S3cr3t"
            let report = try await wrong.backfill(Self.week)
            #expect(report.sourceFailures.count == 1)
            #expect(report.summary.requests == 1)
            #expect(bench.simulator.ledger.entries.count == 1)
        }
    }

    @Test func `the lowest allowance that is known is kept to, also by the next process`() async throws {
        let limits = """
            {"entities":[{"key":"token.rate.per.minute","namespace":"platform.api","value":900000},
            {"key":"client.credentials.token.rate.per.minute","namespace":"platform.api","value":500000},
            {"key":"org.app.user.rate.per.minute","namespace":"platform.api","value":5}]}
            """
        let stated = Fault(.limits, .nth(1), .raw(200, contentType: "application/json", body: limits))
        for pass in 1...2 {
            try await PassBench.with(World(seed: 53), script: Script(faults: pass == 1 ? [stated] : [])) {
                bench async throws in
                #expect(try await bench.backfill(Self.week).isComplete)
                #expect(await bench.exchange.budget.limit == 400_000)
                #expect(try await bench.warehouse.budget(of: "acme").allowance == 500_000)
                // The second process asks for no limits on the same day.
                #expect(bench.simulator.ledger.count(of: .limits) == (pass == 1 ? 2 : 0))
            }
        }
    }

    @Test func `a short silence that another process was asked for is waited out`() async throws {
        try await PassBench.with(World(seed: 54)) { bench in
            #expect(try await bench.backfill(Self.week).isComplete)
            let asked = bench.simulator.ledger.entries.count
            let end = Date(timeIntervalSinceNow: 3)
            try await bench.warehouse.keepBudget(of: "acme", allowance: nil, restingUntil: end)
            #expect(try await bench.backfill("2025-02-01..2025-02-07").isComplete)
            let next = try #require(bench.simulator.ledger.entries.dropFirst(asked).first)
            #expect(next.time >= end.addingTimeInterval(-0.1))
        }
    }

    @Test func `a silence is written down while it is waited out, and never made shorter`() async throws {
        try await PassBench.with(World(seed: 55)) { bench in
            #expect(try await bench.backfill(Self.week).isComplete)
            await bench.exchange.budget.rest(for: .seconds(120))
            let end = try #require(try await bench.warehouse.budget(of: "acme").restingUntil)
            #expect((100...121).contains(end.timeIntervalSinceNow))
            try await bench.warehouse.keepBudget(of: "acme", allowance: 7, restingUntil: Date(timeIntervalSinceNow: 5))
            let known = try await bench.warehouse.budget(of: "acme")
            #expect(known.restingUntil == end)
            #expect(known.allowance == 7)
        }
    }

    @Test func `when executions are ready is learned within a pass and by the next process`() async throws {
        try await PassBench.with(World(seed: 56)) { bench in
            #expect(try await bench.backfill("2025-01-01..2025-06-30").isComplete)
            #expect(
                try await bench.texts(
                    """
                    SELECT DISTINCT concat_ws(' ', state, ready_after > interval '0', polls > 0)
                    FROM ingest.execution
                    """) == ["complete t t"])
            let organization = try #require(try await bench.warehouse.organizationKey(of: "acme"))
            let history = try await bench.warehouse.readiness(of: organization)
            let month = Window(dataset: .organizationQuery, days: PassBench.days("2025-07-01..2025-07-31"))
            let expected = try #require(history.expected(Query(month)))
            #expect(expected > .zero && expected < .seconds(60))
        }
    }

    @Test func `daily windows go before backfill, whatever the client and dataset`() async throws {
        try await PassBench.with(World(seed: 57, size: .init(clients: 30, rowsADay: 3))) { bench in
            var daily = bench
            let today = Day(containing: Date())
            daily.startDate = today.advanced(by: -40)
            daily.datasets = [.organizationQuery, .clientQuery]
            let pass = try daily.pass()
            #expect(try await pass.run(.scheduled).isComplete)
            let began = daily.events.value.compactMap { event in
                if case .windowBegan(_, let window) = event { window } else { nil }
            }
            let clients = Set(began.filter { $0.dataset == .clientQuery }.map(\.clientID)).count
            #expect(clients > 20)
            let lookback = today.advanced(by: -7)
            let isDaily = began.map { $0.lastDay >= lookback }
            let firstBackfill = try #require(isDaily.firstIndex(of: false))
            // As many as are in flight may begin side by side.
            #expect(!isDaily.dropFirst(firstBackfill + pass.settings.mostWindowsAtOnce).contains(true))
            #expect(firstBackfill > clients)
        }
    }
}
