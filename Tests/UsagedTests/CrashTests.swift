import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// Kills the built binary at every step of every dataset and starts it again.
@Suite(.database, .serialized, .timeLimit(.minutes(30)))
struct CrashTests {
    @Test(arguments: CrashDataset.all, CrashPoint.allCases)
    func `killed at any step, the next start ends with the truth and submits once more at most`(
        dataset: CrashDataset,
        point: CrashPoint
    ) async throws {
        try await Self.with(dataset, rows: 8) { usaged, proxy in
            switch point.hold {
            case .database(let hold):
                proxy.mode = .hold(hold)
                try await usaged.killed { try await eventually("the database is held") { proxy.isHolding } }
            case .submit(let effect):
                usaged.simulator.rewrite { $0.faults = [Fault(dataset.submit, .nth(1), effect)] }
                try await usaged.killed { try await usaged.simulator.ledger.reaches(1, of: dataset.submit) }
            case .results(let effect):
                usaged.simulator.rewrite { $0.faults = [Fault(dataset.results, .nth(1), effect)] }
                try await usaged.killed { try await usaged.simulator.ledger.reaches(1, of: dataset.results) }
            }
            try await Self.finish(usaged, proxy, dataset)
            #expect(usaged.submits(of: dataset) == point.submits)
            #expect(try await usaged.lastAccount() == point.account)
        }
    }

    @Test(arguments: CrashDataset.paged, [1, 2, 3])
    func `killed at any page, the next start reads the same execution from its first page on`(
        dataset: CrashDataset,
        page: Int
    ) async throws {
        try await Self.with(dataset, rows: 2_300) { usaged, proxy in
            let complete = try #require(dataset.results.complete)
            usaged.simulator.rewrite { $0.faults = [Fault(complete, .nth(page), .stall(afterBytes: 50_000))] }
            try await usaged.killed { try await usaged.simulator.ledger.reaches(page, of: dataset.results) }
            let read = usaged.simulator.ledger.count(of: dataset.results)
            #expect(read == page)
            try await Self.finish(usaged, proxy, dataset)
            #expect(usaged.submits(of: dataset) == 1)
            #expect(try await usaged.lastAccount() == "1 0 0")
            // The second process begins with the page that names no cursor.
            let pages = usaged.simulator.ledger.entries(of: dataset.results).dropFirst(read).prefix(3)
            #expect(pages.count == 3)
            #expect(pages.map { $0.query.contains("after=") || $0.query.contains("cursor=") } == [false, true, true])
        }
    }

    @Test(arguments: [
        MessageHold(.answer, CrashPoint.intent), MessageHold(.message, CrashPoint.store),
        MessageHold(.message, CrashPoint.store, "COMMIT"), MessageHold(.answer, CrashPoint.store, "COMMIT"),
    ])
    func `killed while a day of channels is stored, the next start ends with the truth`(
        hold: MessageHold
    ) async throws {
        try await Self.withChannels { usaged, proxy in
            proxy.mode = .hold(hold)
            try await usaged.killed { try await eventually("the database is held") { proxy.isHolding } }
        }
    }

    @Test func `killed while a day of channels is asked for, the next start ends with the truth`() async throws {
        try await Self.withChannels { usaged, _ in
            usaged.simulator.infodeck.rewrite { $0.faults = [InfodeckFault(.usage, .nth(1), .hang)] }
            try await usaged.killed {
                try await eventually("usage is asked for") {
                    usaged.simulator.infodeck.entries.contains { $0.endpoint == .usage }
                }
            }
        }
    }

    @Test(arguments: CrashDataset.all)
    func `an execution that is gone is submitted anew, once, and counted`(dataset: CrashDataset) async throws {
        try await Self.with(dataset, rows: 8) { usaged, proxy in
            usaged.simulator.rewrite { $0.faults = [Fault(dataset.results, .nth(1), .hang)] }
            try await usaged.killed { try await usaged.simulator.ledger.reaches(1, of: dataset.results) }
            usaged.simulator.rewrite { $0.faults = [Fault(dataset.results, .nth(1), .status(404))] }
            let finished = try await Self.finish(usaged, proxy, dataset)
            #expect(usaged.submits(of: dataset) == 2)
            #expect(try await usaged.lastAccount() == "1 1 0")
            #expect(finished.log.contains("executions.lost=1"), "\(finished.log)")
            let status = try await usaged.usaged("status", "--json")
            #expect(status.output.contains("\"executionsLost\" : 1"), "\(status.output)")
            #expect(status.output.contains("\"executionsResumed\" : 1"))
        }
    }

    // MARK: - Steps

    /// Lends an installation that owes yesterday of one dataset, behind a proxy in front of the database.
    private static func with(
        _ dataset: CrashDataset,
        rows: Int,
        _ body: @Sendable (Installation, FaultProxy) async throws -> Void
    ) async throws {
        let world = World(seed: 60, size: .init(clients: 1, rowsADay: rows, isSteady: true))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            // Of the world's two clients the second one is never used: its windows would only be in the way.
            let clients = dataset.isPerClient ? "\n    clients: [\(world.clients[0].id)]" : ""
            try usaged.configure {
                $0.replacing("[organization_query]", with: "[\(dataset.name)]")
                    .replacing("2020-01-01", with: "\(Installation.daysAgo(1))\(clients)")
            }
            let proxy = try usaged.proxied()
            defer { proxy.close() }
            try await body(usaged, proxy)
        }
    }

    /// The second start, with nothing in its way.
    @discardableResult
    private static func finish(
        _ usaged: Installation,
        _ proxy: FaultProxy,
        _ dataset: CrashDataset
    ) async throws -> Installation.Finished {
        proxy.mode = .forward
        proxy.resetConnections()
        let finished = try await usaged.usaged("run", "--once")
        #expect(finished.code == 0, "\(finished.log)")
        if dataset.name == "client_summary" {
            #expect(try await usaged.storedSummaries() == usaged.summaryTruth)
        } else {
            let yesterday = Installation.daysAgo(1)
            let truth = usaged.truth(of: dataset.name, yesterday, yesterday)
            #expect(truth != "0 0")
            #expect(try await usaged.stored(dataset.name) == truth)
        }
        return finished
    }

    private static func withChannels(
        _ killed: @Sendable (Installation, FaultProxy) async throws -> Void
    ) async throws {
        try await Installation.with(World(seed: 61, size: .init(clients: 1, rowsADay: 1))) { usaged in
            let first = Installation.daysAgo(1)
            try usaged.configureEverything(since: first)
            let proxy = try usaged.proxied()
            defer { proxy.close() }
            try await killed(usaged, proxy)
            proxy.mode = .forward
            proxy.resetConnections()
            usaged.simulator.infodeck.rewrite { $0.faults = [] }
            let finished = try await usaged.usaged("run", "--once", "--source", "tower")
            #expect(finished.code == 0, "\(finished.log)")
            // Where the sun rises earlier, one more day may be over.
            let yesterday = World.Day(containing: Date().addingTimeInterval(8 * 3_600)).advanced(by: -1)
            #expect(try await usaged.storedChannels() == usaged.channelTruth(first, yesterday))
        }
    }
}
