import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// Kills the built binary at every step of the query for totals that proves an answer whole, and starts it again.
@Suite(.database, .serialized, .timeLimit(.minutes(30)))
struct TotalsCrashTests {
    /// A dataset with so many rows in a day that their totals are asked for.
    struct Proven: Sendable, CustomTestStringConvertible {
        let dataset: CrashDataset
        let rows: Int
        /// How often results are asked for before the totals.
        let pages: Int
        /// The number of the submission that asks for totals.
        let submission = 2

        var testDescription: String { dataset.name }

        init(_ name: String, rows: Int, pages: Int) throws {
            dataset = try #require(CrashDataset.all.first { $0.name == name })
            self.rows = rows
            self.pages = pages
        }
    }

    @Test(arguments: CrashPoint.allCases)
    func
        `killed at any step of a job's totals, the next start submits these once more at most, and the rows not at all`(
            point: CrashPoint
        ) async throws
    {
        try await perform(Proven("client_jobs", rows: 1_000, pages: 2), point)
    }

    @Test(
        arguments: ["organization_query", "organization_jobs"],
        [
            CrashPoint.submitAccepted, .polling, .spoolClosed,
        ])
    func `so it is with other datasets that have totals`(name: String, point: CrashPoint) async throws {
        switch name {
        // So round a number may be a cap.
        case "organization_query": try await perform(Proven(name, rows: 10_000, pages: 1), point)
        default: try await perform(Proven(name, rows: 1_300, pages: 2), point)
        }
    }

    private func perform(_ proven: Proven, _ point: CrashPoint) async throws {
        let dataset = proven.dataset
        let size = World.Size(clients: 1, rowsADay: proven.rows, isSteady: true)
        let world = World(seed: 62, size: size)
        try await Installation.with(world, script: Installation.prompt) { usaged in
            let clients = dataset.isPerClient ? "\n    clients: [\(world.clients[0].id)]" : ""
            try usaged.configure {
                $0.replacing("[organization_query]", with: "[\(dataset.name)]")
                    .replacing("2020-01-01", with: "\(Installation.daysAgo(1))\(clients)")
            }
            let proxy = try usaged.proxied()
            defer { proxy.close() }
            switch point.hold {
            case .database(let hold):
                // The open execution is looked for by the name of its part, then what is held back comes.
                let texts = point.isOfStore ? hold.texts : ["totals"] + hold.texts
                proxy.mode = .hold(MessageHold(hold.side, texts: texts))
                try await usaged.killed { try await eventually("the database is held") { proxy.isHolding } }
            case .submit(let effect):
                usaged.simulator.rewrite { $0.faults = [Fault(dataset.submit, .nth(proven.submission), effect)] }
                try await usaged.killed {
                    try await usaged.simulator.ledger.reaches(proven.submission, of: dataset.submit)
                }
            case .results(let effect):
                usaged.simulator.rewrite { $0.faults = [Fault(dataset.results, .nth(proven.pages + 1), effect)] }
                try await usaged.killed {
                    try await usaged.simulator.ledger.reaches(proven.pages + 1, of: dataset.results)
                }
            }
            usaged.simulator.rewrite { $0.faults = [] }
            proxy.mode = .forward
            proxy.resetConnections()
            let finished = try await usaged.usaged("run", "--once")
            #expect(finished.code == 0, "\(finished.log)")
            let yesterday = Installation.daysAgo(1)
            #expect(try await usaged.stored(dataset.name) == usaged.truth(of: dataset.name, yesterday, yesterday))
            #expect(usaged.simulator.ledger.count(of: dataset.submit) - (proven.submission - 1) * point.submits == 1)
            #expect(usaged.simulator.ledger.count(of: dataset.submit) == proven.submission - 1 + point.submits)
            #expect(try await usaged.lastAccount() == point.accountOfTotals)
            #expect(
                try await usaged.texts("SELECT part FROM ingest.execution WHERE state IN ('intended', 'open')") == [])
        }
    }
}

extension CrashPoint {
    /// Whether it is in the transaction that stores the window.
    fileprivate var isOfStore: Bool { [.spoolClosed, .commitSent, .committed].contains(self) }

    /// What the second process says of its executions, that of the rows and that of the totals.
    fileprivate var accountOfTotals: String {
        switch self {
        case .intentWritten, .submitSent, .submitAccepted, .idReceived: "1 0 1"
        case .idStored, .polling, .spoolClosed, .commitSent: "2 0 0"
        case .committed: "0 0 0"
        }
    }
}
