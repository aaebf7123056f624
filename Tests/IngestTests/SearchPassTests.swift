import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// What the warehouse adds to simple searches: it remembers how large days are, and compares.
@Suite(.database)
struct SearchPassTests {
    static let day = PassBench.recent(-3 ... -3)

    func states(_ bench: PassBench) async throws -> [String] {
        try await bench.texts(
            """
            SELECT concat_ws(' ', dataset, state, CASE WHEN last_error LIKE '%requests too few%' THEN 'too few' END)
            FROM usage.coverage WHERE state <> 'gap' ORDER BY dataset
            """)
    }

    @Test func `a page that is silently missing leaves the day provisional, with the difference named`() async throws {
        var size = World.Size(clients: 6, rowsADay: 3_400, isSteady: true)
        size.isOrdinary = true
        try await PassBench.with(World(seed: 41, size: size)) { bench async throws in
            var bench = bench
            bench.datasets = [.organizationQuery, .simplesearch]
            _ = try await bench.pass().run(
                .backfill(Self.day, refetching: false), PassSelection(datasets: [.organizationQuery]))
            bench.simulator.rewrite { $0.faults = [Fault(.completeSearchResults, .nth(1), .page(.skipping))] }
            _ = try await bench.pass().run(
                .backfill(Self.day, refetching: false), PassSelection(datasets: [.simplesearch]))
            #expect(try await states(bench) == ["organization_query covered", "simplesearch provisional too few"])
            let doubts = bench.events.value.compactMap { event in
                if case .windowStored(_, _, _, _, let doubt) = event { doubt } else { nil }
            }
            #expect(doubts.count == 1 && doubts[0].contains("organization query"))
            // The next answer is whole, and the doubt gone.
            bench.simulator.rewrite { $0.faults = [] }
            _ = try await bench.pass().run(
                .backfill(Self.day, refetching: true), PassSelection(datasets: [.simplesearch]))
            #expect(try await states(bench) == ["organization_query covered", "simplesearch covered"])
            #expect(try await bench.stored(.simplesearch) == bench.truth(of: .simplesearch, Self.day))
        }
    }

    @Test func `a search that is newer than the stored organization query is compared with a new one`() async throws {
        try await PassBench.with(World(seed: 42, size: .init(clients: 4, rowsADay: 50, isSteady: true))) {
            bench async throws in
            var bench = bench
            bench.datasets = [.organizationQuery, .simplesearch]
            _ = try await bench.pass().run(
                .backfill(Self.day, refetching: false), PassSelection(datasets: [.organizationQuery]))
            bench.simulator.restate(try #require(World.Day("\(Self.day.lowerBound)")))
            _ = try await bench.pass().run(
                .backfill(Self.day, refetching: false), PassSelection(datasets: [.simplesearch]))
            #expect(try await states(bench) == ["organization_query covered", "simplesearch covered"])
            // One submit for the stored rows, one for the totals.
            #expect(bench.simulator.ledger.count(of: .submit) == 2)
        }
    }

    @Test func `rows of clients that share a name are summed and flagged wherever they are shown`() async throws {
        var size = World.Size(clients: 5, rowsADay: 400, isSteady: true)
        size.clientsSharingAName = 2
        try await PassBench.with(World(seed: 43, size: size)) { bench async throws in
            var bench = bench
            bench.datasets = [.simplesearch, .organizationQuery]
            _ = try await bench.pass().run(.backfill(Self.day, refetching: false))
            #expect(try await bench.stored(.simplesearch) == bench.truth(of: .simplesearch, Self.day))
            for view in ["api_usage_daily WHERE dataset = 'simplesearch'", "api_usage WHERE true"] {
                let flagged = try await bench.texts(
                    SQL(unsafe: "SELECT DISTINCT client_name FROM usage.\(view) AND ambiguous_name"))
                #expect(flagged == ["Shared Name"])
            }
            #expect(try await bench.texts("SELECT comparison FROM usage.reconciliation") == [])
            let compared = try await bench.texts("SELECT DISTINCT comparison FROM usage.reconciliation_day")
            #expect(compared == ["organization_query/simplesearch"])
        }
    }

    @Test func `one row that differs is found and named by the reconciliation`() async throws {
        try await PassBench.with(World(seed: 44, size: .init(clients: 4, rowsADay: 60, isSteady: true))) {
            bench async throws in
            var bench = bench
            bench.datasets = [.organizationQuery, .clientQuery]
            _ = try await bench.pass().run(.backfill(Self.day, refetching: false))
            #expect(try await bench.texts("SELECT comparison FROM usage.reconciliation") == [])
            // The day is restated, and only the organization query has heard of it.
            bench.simulator.restate(try #require(World.Day("\(Self.day.lowerBound)")))
            _ = try await bench.pass().run(
                .backfill(Self.day, refetching: true), PassSelection(datasets: [.organizationQuery]))
            let named = try await bench.texts(
                """
                SELECT DISTINCT client_id FROM usage.reconciliation
                WHERE comparison = 'organization_query/client_query' AND usage_date = \(Self.day.lowerBound.description)::date
                ORDER BY 1
                """)
            let restated = try await bench.texts("SELECT DISTINCT client_id FROM usage.restatement ORDER BY 1")
            #expect(!named.isEmpty)
            #expect(Set(restated).isSuperset(of: named))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a day beyond the cap comes out whole, and the next one is divided from the start`() async throws {
        var size = World.Size(clients: 60, rowsADay: 21_000, isSteady: true)
        size.isOrdinary = true
        try await PassBench.with(World(seed: 45, size: size)) { bench async throws in
            var bench = bench
            bench.datasets = [.simplesearch]
            _ = try await bench.pass().run(.backfill(PassBench.recent(-4 ... -4), refetching: false))
            let first = bench.simulator.ledger.count(of: .searchSubmit)
            _ = try await bench.pass().run(.backfill(Self.day, refetching: false))
            let second = bench.simulator.ledger.count(of: .searchSubmit) - first
            #expect(try await states(bench) == ["simplesearch covered", "simplesearch covered"])
            #expect(
                try await bench.stored(.simplesearch) == bench.truth(of: .simplesearch, PassBench.recent(-4 ... -3)))
            // The whole day was searched in vain the first time only.
            #expect(second < first)
            #expect(second <= 2 * 2 + 9)
        }
    }
}
