import Foundation
import Ingest
import Postgres
import Synchronization
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// What keeps failing is left alone, and everything else goes on. Days pass on a clock that the tests set.
@Suite(.database, .serialized)
struct BackOffTests {
    /// The current time of a pass, set by the test.
    private final class Calendar: Sendable {
        private let instant: Mutex<Date>

        init(daysAgo: Int) {
            instant = Mutex(Day(containing: Date()).advanced(by: -daysAgo).start.addingTimeInterval(60))
        }

        var now: Date { instant.withLock { $0 } }

        func advance(hours: Double) {
            instant.withLock { $0.addTimeInterval(hours * 3_600) }
        }
    }

    private static let world = World(seed: 71, size: .init(clients: 4, rowsADay: 8, isSteady: true))

    /// Runs the daemon's pass each hour, and says how many requests to an endpoint each day took.
    private func requestsADay(
        _ days: Int,
        to endpoint: Endpoint,
        _ bench: PassBench,
        _ pass: Pass,
        _ calendar: Calendar
    ) async throws -> [Int] {
        var counts: [Int] = []
        for _ in 0..<days {
            let before = bench.simulator.ledger.count(of: endpoint)
            for _ in 0..<24 {
                _ = try await pass.run(.scheduled)
                calendar.advance(hours: 1)
            }
            counts.append(bench.simulator.ledger.count(of: endpoint) - before)
        }
        return counts
    }

    private func backOffs(_ bench: PassBench) async throws -> [String] {
        try await bench.texts(
            "SELECT concat_ws(' ', subject, nullif(client_id, '')) FROM ingest.back_off WHERE failures > 0 ORDER BY 1")
    }

    @Test func `a refused dataset is asked less and less while the others are complete`() async throws {
        let script = Script(faults: [Fault(.submit, .status(403))])
        try await PassBench.with(Self.world, script: script) { bench async throws in
            let calendar = Calendar(daysAgo: 6)
            var bench = bench
            bench.datasets = [.organizationQuery, .organizationJobs]
            bench.startDate = Day(containing: calendar.now).advanced(by: -200)
            bench.now = { calendar.now }
            let pass = try bench.pass()
            let first = try await pass.run(.scheduled)
            #expect(!first.isComplete)
            // Three windows, each tried as a whole and by its newest day, and what was begun before the third had failed;
            // the other months are left alone.
            #expect((6...10).contains(bench.simulator.ledger.count(of: .submit)))
            #expect(bench.leftAlone == ["organization_query"])
            #expect(
                try await bench.texts(
                    "SELECT DISTINCT state FROM usage.coverage WHERE dataset = 'organization_query' ORDER BY 1")
                    == ["failed", "gap"])
            #expect(try await backOffs(bench) == ["organization_query"])
            calendar.advance(hours: 1)
            let counts = try await requestsADay(4, to: .submit, bench, pass, calendar)
            // On the first day after 1, 3, 7 and 15 hours; later once a day, beside the day that is new.
            #expect((18...50).contains(counts[0]), "\(counts)")
            #expect(counts.dropFirst().allSatisfy { (1...14).contains($0) }, "\(counts)")
            let days = bench.startDate..<Day(containing: calendar.now)
            #expect(try await bench.stored(.organizationJobs) == bench.truth(of: .organizationJobs, days))
            // By hand everything is tried at once.
            let before = bench.simulator.ledger.count(of: .submit)
            _ = try await pass.run(.once)
            #expect((6...10).contains(bench.simulator.ledger.count(of: .submit) - before))
            bench.simulator.rewrite { $0.faults = [] }
            #expect(try await pass.run(.once).isComplete)
            #expect(try await backOffs(bench) == [])
            #expect(try await bench.stored(.organizationQuery) == bench.truth(of: .organizationQuery, days))
        }
    }

    @Test func `a dataset that is left alone is asked for each new day all the same, and goes on when it answers`()
        async throws
    {
        try await PassBench.with(Self.world, script: Script(faults: [Fault(.submit, .status(403))])) {
            bench async throws in
            let calendar = Calendar(daysAgo: 5)
            var bench = bench
            bench.startDate = Day(containing: calendar.now).advanced(by: -120)
            bench.now = { calendar.now }
            let pass = try bench.pass()
            // After 0, 1, 3, 7 and 15 hours: it is left alone for 16 more.
            _ = try await requestsADay(1, to: .submit, bench, pass, calendar)
            bench.simulator.rewrite { $0.faults = [] }
            let newest = Day(containing: calendar.now).advanced(by: -1)
            #expect(try await backOffs(bench) == ["organization_query"])
            // The day that is new, and none of those that failed or were never tried.
            #expect(try await pass.run(.scheduled).summary.windowsPlanned == 1)
            #expect(
                try await bench.texts("SELECT DISTINCT usage_date::text FROM usage.api_usage") == ["\(newest)"])
            #expect(try await backOffs(bench) == [])
            calendar.advance(hours: 24)
            #expect(try await pass.run(.scheduled).isComplete)
            let days = bench.startDate..<Day(containing: calendar.now)
            #expect(try await bench.stored(.organizationQuery) == bench.truth(of: .organizationQuery, days))
        }
    }

    @Test func `what a backfill is refused is left, and the schedule does not back off`() async throws {
        try await PassBench.with(Self.world, script: Script(faults: [Fault(.submit, .status(403))])) {
            bench async throws in
            #expect(try await bench.backfill("2024-01-01..2024-12-31").isComplete == false)
            #expect((6...10).contains(bench.simulator.ledger.count(of: .submit)))
            #expect(bench.leftAlone == ["organization_query"])
            #expect(try await backOffs(bench) == [])
        }
    }

    @Test func `one client that keeps failing is left alone by itself`() async throws {
        let failing = Self.world.clients[1].id
        let script = Script(faults: [Fault(.clientSubmit, mentioning: failing, .status(500))])
        try await PassBench.with(Self.world, script: script) { bench async throws in
            let calendar = Calendar(daysAgo: 2)
            var bench = bench
            bench.datasets = [.clientQuery]
            bench.startDate = Day(containing: calendar.now).advanced(by: -200)
            bench.now = { calendar.now }
            _ = try await bench.pass().run(.scheduled)
            #expect(bench.leftAlone == ["client_query \(failing)"])
            #expect(try await backOffs(bench) == ["client_query \(failing)"])
            // Three windows of three tries each, and those that were under way when the third had failed.
            let asked = bench.simulator.ledger.entries(of: .clientSubmit).count { $0.path.contains(failing) }
            #expect((9...18).contains(asked))
            let days = bench.startDate..<Day(containing: calendar.now)
            #expect(
                try await bench.texts(
                    """
                    SELECT count(*)::text FROM usage.coverage
                    WHERE client_id <> \(failing) AND usage_date < \(days.upperBound.description)::date
                        AND state IN ('gap', 'failed')
                    """) == ["0"])
        }
    }

    @Test func `a dataset of which three clients fail is left alone as a whole`() async throws {
        let script = Script(faults: [Fault(.clientSubmit, .status(500))])
        try await PassBench.with(Self.world, script: script) { bench async throws in
            var bench = bench
            bench.datasets = [.clientQuery, .organizationJobs]
            bench.startDate = Day(containing: Date()).advanced(by: -200)
            _ = try await bench.pass().run(.scheduled)
            #expect(bench.leftAlone == ["client_query"])
            // Three windows or, when one of them was quicker than another, a few more.
            #expect((9...18).contains(bench.simulator.ledger.count(of: .clientSubmit)))
            let days = bench.startDate..<Day(containing: Date())
            #expect(try await bench.stored(.organizationJobs) == bench.truth(of: .organizationJobs, days))
        }
    }

    @Test func `a source that is refused is tried less and less, and another one goes on`() async throws {
        try await PassBench.with(Self.world) { bench async throws in
            let calendar = Calendar(daysAgo: 6)
            var bench = bench
            bench.startDate = Day(containing: calendar.now).advanced(by: -10)
            bench.now = { calendar.now }
            var refused = bench.beside("refused")
            refused.secret = "wrong-S3cr3t"
            let sources = [try bench.source(), try refused.source()]
            let pass = try bench.pass(sources)
            func failures() -> Int {
                bench.simulator.ledger.entries(of: .token).count { $0.status.map { $0 >= 400 } ?? false }
            }
            for hour in 0...96 {
                if hour > 0 { calendar.advance(hours: 1) }
                _ = try await pass.run(.scheduled)
            }
            // After 0, 1, 3, 7, 15, 31, 55 and 79 hours.
            #expect(failures() == 8)
            let days = bench.startDate..<Day(containing: calendar.now)
            #expect(try await bench.stored(.organizationQuery) == bench.truth(of: .organizationQuery, days))
            let status = try await bench.warehouse.status()
            #expect(status.backingOff.map(\.source) == ["refused"])
            #expect(status.backingOff.first?.failures == 8)
            // By hand, and by a daemon that was started anew, it is tried at once.
            _ = try await pass.run(.once)
            #expect(failures() == 9)
            calendar.advance(hours: 0.1)
            _ = try await bench.pass(sources).run(.scheduled)
            #expect(failures() == 10)
            _ = try await bench.pass([bench.source()]).run(.scheduled)
            refused.secret = nil
            refused.datasets = [.organizationJobs]
            #expect(try await refused.pass([bench.source(), refused.source()]).run(.once).isComplete)
            #expect(try await bench.warehouse.status().backingOff.isEmpty)
        }
    }

    @Test func `a listing and limits that are refused are asked for once a day`() async throws {
        let script = Script(faults: [Fault(.clients, .status(403)), Fault(.limits, .status(403))])
        try await PassBench.with(Self.world, script: script) { bench async throws in
            let calendar = Calendar(daysAgo: 4)
            var bench = bench
            bench.datasets = [.clientQuery]
            bench.clients = .these([Self.world.clients[0].id])
            bench.startDate = Day(containing: calendar.now).advanced(by: -3)
            bench.now = { calendar.now }
            let pass = try bench.pass()
            #expect(try await requestsADay(3, to: .clients, bench, pass, calendar) == [1, 1, 1])
            // Two namespaces.
            #expect(bench.simulator.ledger.count(of: .limits) == 6)
            #expect(try await backOffs(bench) == ["limits", "oauth_clients"])
            #expect(bench.listingFailures.count == 3)
            bench.simulator.rewrite { $0.faults = [] }
            _ = try await pass.run(.once)
            #expect(try await backOffs(bench) == [])
        }
    }
}

extension PassBench {
    /// What passes left alone, in the order in which they did.
    fileprivate var leftAlone: [String] {
        events.value.compactMap { event in
            guard case .leftAlone(_, let dataset, let client, _, _, _) = event else { return nil }
            return client.isEmpty ? dataset.rawValue : "\(dataset.rawValue) \(client)"
        }
    }
}
