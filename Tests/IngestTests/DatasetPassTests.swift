import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

@Suite(.database)
struct DatasetPassTests {
    static let rowDatasets = Dataset.allCases.filter { $0.shape == .rows }

    /// Two clients share a name, and clients are used in several organizations.
    static var size: World.Size {
        var size = World.Size(clients: 5, rowsADay: 40)
        size.clientsSharingAName = 2
        return size
    }

    @Test(arguments: rowDatasets, [UInt64(21), 22])
    func `every dataset with rows is stored as the vendor has it`(dataset: Dataset, seed: UInt64) async throws {
        try await PassBench.with(World(seed: seed, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [dataset]
            let days = PassBench.recent(-12 ... -1)
            let report = try await bench.pass().run(.backfill(days, refetching: false))
            #expect(report.isComplete)
            let truth = try bench.truth(of: dataset, days)
            #expect(!truth.isEmpty)
            #expect(try await bench.stored(dataset) == truth)
        }
    }

    @Test(arguments: rowDatasets)
    func `a refetch of an unchanged dataset touches no fact`(dataset: Dataset) async throws {
        try await PassBench.with(World(seed: 23, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [dataset]
            let days = PassBench.recent(-8 ... -3)
            _ = try await bench.pass().run(.backfill(days, refetching: false))
            let facts: SQL = "SELECT concat(tableoid, ctid, xmin, fact) FROM ingest.usage_row AS fact ORDER BY 1"
            let before = try await bench.texts(facts)
            #expect(!before.isEmpty)
            let report = try await bench.pass().run(.backfill(days, refetching: true))
            #expect(report.summary.rowsUnchanged == Int64(before.count))
            #expect(try await bench.texts(facts) == before)
        }
    }

    @Test(arguments: rowDatasets)
    func `a restatement is found, journalled, and changes nothing else`(dataset: Dataset) async throws {
        try await PassBench.with(World(seed: 24, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [dataset]
            let days = PassBench.recent(-10 ... -5)
            _ = try await bench.pass().run(.backfill(days, refetching: false))
            let restated = days.lowerBound.advanced(by: 2)
            bench.simulator.restate(try #require(World.Day("\(restated)")))
            let report = try await bench.pass().run(.backfill(days, refetching: true))
            #expect(!report.summary.isUnchanged)
            #expect(try await bench.stored(dataset) == bench.truth(of: dataset, days))
            #expect(
                try await bench.texts("SELECT DISTINCT dataset || ' ' || usage_date FROM usage.restatement")
                    == ["\(dataset.rawValue) \(restated)"])
        }
    }

    @Test func `all datasets of one source live side by side, and the canonical view shows the primary one`()
        async throws
    {
        try await PassBench.with(World(seed: 25, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [
                .simplesearch, .clientSummary, .organizationQuery, .clientQuery, .organizationJobs, .clientJobs,
            ]
            bench.startDate = PassBench.recent(-6 ... -1).lowerBound
            let report = try await bench.pass().run(.once)
            #expect(report.isComplete)
            for dataset in Self.rowDatasets {
                #expect(try await bench.stored(dataset) == bench.truth(of: dataset, PassBench.recent(-6 ... -1)))
            }
            #expect(
                try await bench.texts("SELECT count(*)::text FROM usage.api_usage")
                    == bench.texts("SELECT count(*)::text FROM usage.api_usage_daily WHERE dataset = 'simplesearch'"))
            #expect(try await bench.pass().run(.once).summary.windowsPlanned == 0)
        }
    }

    @Test(arguments: [Dataset.clientQuery, .clientJobs], [403, 404])
    func `a client that is refused becomes unavailable alone, with its reason`(dataset: Dataset, status: Int)
        async throws
    {
        try await PassBench.with(World(seed: 26, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [dataset]
            let refused = bench.simulator.world.clients.filter(\.isListed)[1].id
            let submit: Endpoint = dataset == .clientQuery ? .clientSubmit : .clientJobsSubmit
            bench.simulator.rewrite { script in
                script.faults = [Fault(submit, .always, mentioning: refused, .status(status))]
            }
            // Three months, so three windows a client: the refused one is asked for once or, side by side, thrice.
            let days = PassBench.recent(-70 ... -1)
            let report = try await bench.pass().run(.backfill(days, refetching: false))
            #expect(report.isComplete)
            #expect(report.summary.windowsFailed == 0)
            let others = try bench.truth(of: dataset, days).filter { !$0.contains(refused) }
            #expect(try await bench.stored(dataset) == others)
            #expect(
                try await bench.texts(
                    "SELECT state || ' ' || count(*) FROM usage.coverage WHERE client_id = \(refused) AND state <> 'gap' GROUP BY state"
                )
                    == ["unavailable 70"])
            let reasons = try await bench.texts("SELECT DISTINCT last_error FROM usage.coverage WHERE last_error <> ''")
            #expect(reasons.count == 1 && reasons[0].contains("\(status)"))
            // The next day it is not asked either: its new day is unavailable like the others.
            bench.now = { Date().addingTimeInterval(86_400) }
            bench.startDate = days.lowerBound
            let before = bench.simulator.ledger.entries.count { $0.endpoint == submit && $0.path.contains(refused) }
            _ = try await bench.pass().run(.once)
            #expect(
                bench.simulator.ledger.entries.count { $0.endpoint == submit && $0.path.contains(refused) } == before)
            #expect(
                try await bench.texts(
                    "SELECT DISTINCT state FROM usage.coverage WHERE client_id = \(refused) AND state <> 'gap'")
                    == ["unavailable"])
            bench.now = { Date() }
            // Its week must be over before it is asked again.
            bench.simulator.rewrite { $0.faults = [] }
            bench.startDate = days.lowerBound
            let asked = bench.simulator.ledger.count(of: submit)
            _ = try await bench.pass().run(.once)
            #expect(bench.simulator.ledger.count(of: submit) == asked)
            bench.now = { Date().addingTimeInterval(7.1 * 86_400) }
            _ = try await bench.pass().run(.once)
            #expect(
                try await bench.texts("SELECT count(*)::text FROM usage.coverage WHERE state = 'unavailable'") == ["0"])
            #expect(try await Set(bench.stored(dataset)).isSuperset(of: bench.truth(of: dataset, days)))
        }
    }

    @Test func `stored days of a client that is refused later keep their rows and state`() async throws {
        try await PassBench.with(World(seed: 27, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [.clientQuery]
            let days = PassBench.recent(-9 ... -4)
            _ = try await bench.pass().run(.backfill(days, refetching: false))
            let before = try await bench.stored(.clientQuery)
            bench.simulator.rewrite { $0.faults = [Fault(.clientSubmit, .always, .status(404))] }
            _ = try await bench.pass().run(.backfill(days, refetching: true))
            #expect(try await bench.stored(.clientQuery) == before)
            let states = try await bench.texts(
                "SELECT DISTINCT state || (last_error <> '')::text FROM usage.coverage WHERE state <> 'gap'"
            )
            #expect(states == ["coveredtrue"])
        }
    }

    @Test func `only the clients that the configuration names are asked`() async throws {
        try await PassBench.with(World(seed: 28, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [.clientQuery]
            let named = bench.simulator.world.clients.filter(\.isListed)[2].id
            bench.clients = .these([named])
            let days = PassBench.recent(-5 ... -1)
            _ = try await bench.pass().run(.backfill(days, refetching: false))
            let truth = try bench.truth(of: .clientQuery, days).filter { $0.contains(named) }
            #expect(try await bench.stored(.clientQuery) == truth)
            #expect(bench.simulator.ledger.count(of: .clientSubmit) <= 2)
        }
    }

    @Test(arguments: [Dataset.organizationJobs, .clientJobs])
    func `days past the reach of the newer family are unavailable, and never asked for`(dataset: Dataset) async throws {
        try await PassBench.with(World(seed: 29, size: .init(clients: 2, rowsADay: 4))) { bench async throws in
            var bench = bench
            bench.datasets = [dataset]
            bench.startDate = PassBench.recent(-370 ... -1).lowerBound
            let report = try await bench.pass().run(.once)
            #expect(report.isComplete)
            let lines = try await bench.texts(
                """
                SELECT DISTINCT concat_ws(' ', state, last_error, min(current_date - usage_date), count(*))
                FROM usage.coverage WHERE state = 'unavailable' GROUP BY client_id, state, last_error
                """)
            #expect(lines == ["unavailable the API answers for one year back only 365 6"])
            #expect(
                try await bench.texts("SELECT count(*)::text FROM usage.coverage WHERE state IN ('gap', 'failed')")
                    == ["0"])
            #expect(try await bench.stored(dataset) == bench.truth(of: dataset, PassBench.recent(-364 ... -1)))
            #expect(try await bench.pass().run(.once).summary.windowsPlanned == 0)
        }
    }

    // MARK: - What a chain of pages cannot show

    @Test func `a page missing from a search is noticed although the organization query comes later`() async throws {
        // No two clients share a name: their rows would be compared in any case.
        var size = World.Size(clients: 4, rowsADay: 2_500, isSteady: true)
        size.isOrdinary = true
        let script = Script(faults: [Fault(.completeSearchResults, .always, .page(.skipping))])
        try await PassBench.with(World(seed: 41, size: size), script: script) { bench async throws in
            var bench = bench
            let days = PassBench.recent(-5 ... -5)
            bench.datasets = [.simplesearch, .organizationQuery]
            _ = try await bench.pass().run(
                .backfill(days, refetching: false), PassSelection(datasets: [.simplesearch]))
            let errors = try await bench.texts("SELECT last_error FROM usage.coverage WHERE state = 'provisional'")
            #expect(errors.count == 1)
            #expect(errors.allSatisfy { $0.contains("differ from the organization query") })
        }
    }

    @Test(arguments: [Dataset.organizationJobs, .clientJobs])
    func `a page missing from a job leaves its day provisional, with the difference named`(dataset: Dataset)
        async throws
    {
        let results: Endpoint = dataset == .organizationJobs ? .completeJobsResults : .completeClientJobsResults
        let script = Script(faults: [Fault(results, .always, .page(.skipping))])
        try await PassBench.with(World(seed: 42, size: .init(clients: 2, rowsADay: 3_500)), script: script) {
            bench async throws in
            var bench = bench
            bench.datasets = [dataset]
            let days = PassBench.recent(-6 ... -5)
            _ = try await bench.pass().run(.backfill(days, refetching: false))
            let doubts = try await bench.texts(
                "SELECT last_error FROM usage.coverage WHERE state = 'provisional' AND rows > 0")
            #expect(!doubts.isEmpty)
            #expect(doubts.allSatisfy { $0.contains("a page is probably missing") })
            bench.simulator.rewrite { $0.faults = [] }
            _ = try await bench.pass().run(.backfill(days, refetching: true))
            #expect(try await bench.stored(dataset) == bench.truth(of: dataset, days))
            #expect(try await bench.states().keys.sorted() == ["covered"])
        }
    }

    // MARK: - Snapshots, dimensions

    @Test func `a summary that is asked for after midnight is the new day's`() async throws {
        try await PassBench.with(World(seed: 30, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [.clientSummary]
            let today = Day(containing: Date())
            let began = EventLog<[Bool]>([])
            bench.now = { today.start.addingTimeInterval(began.value.isEmpty ? -60 : 60) }
            let report = try await bench.pass { event in
                if case .began = event { began.append(true) }
            }.run(.once)
            #expect(report.isComplete)
            #expect(
                try await bench.texts("SELECT DISTINCT as_of::text FROM usage.client_summary") == ["\(today)"])
        }
    }

    @Test func `a summary is taken once a day for each client, as answered`() async throws {
        try await PassBench.with(World(seed: 30, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [.clientSummary]
            bench.summaryDays = 9
            #expect(try await bench.pass().run(.once).isComplete)
            let taken = try await bench.texts(
                """
                SELECT concat_ws('|', client_id, as_of = current_date, days, usage_date, template_uri, http_method, requests)
                FROM usage.client_summary
                """)
            let world = bench.simulator.world
            let newest = try #require(World.Day("\(PassBench.recent(-1 ... -1).lowerBound)"))
            let truth = world.clients.filter(\.isListed).flatMap { client in
                world.summaryRows(of: client.id, days: 9, through: newest).map { row in
                    [
                        client.id, "t", "9", row.day.map { "\($0)" } ?? "", row.templateURI, row.httpMethod,
                        "\(row.requests)",
                    ].joined(separator: "|")
                }
            }
            #expect(!truth.isEmpty)
            #expect(taken.sorted() == truth.sorted())
            let asked = bench.simulator.ledger.count(of: .clientSummary)
            #expect(try await bench.pass().run(.once).summary.windowsPlanned == 0)
            #expect(bench.simulator.ledger.count(of: .clientSummary) == asked)
            // A summary owes nothing of the past.
            #expect(try await bench.texts("SELECT DISTINCT state FROM usage.coverage") == ["covered"])
        }
    }

    @Test func `limits are read once a day`() async throws {
        try await PassBench.with(World(seed: 31)) { bench async throws in
            try await bench.backfill("2025-01-01..2025-01-01")
            #expect(bench.simulator.ledger.count(of: .limits) == 2)
            #expect(
                try await bench.texts(
                    "SELECT value::text FROM ingest.limit_snapshot WHERE key = 'token.rate.per.minute'")
                    == ["1000000"])
            try await bench.backfill("2025-01-02..2025-01-02")
            #expect(bench.simulator.ledger.count(of: .limits) == 2)
        }
    }

    @Test func `limits that cannot be read cost no day`() async throws {
        let script = Script(faults: [Fault(.limits, .always, .status(403))])
        try await PassBench.with(World(seed: 32), script: script) { bench async throws in
            #expect(try await bench.backfill("2025-01-01..2025-01-02").isComplete)
            #expect(try await bench.texts("SELECT count(*)::text FROM ingest.limit_snapshot") == ["0"])
        }
    }

    @Test func `one window a month and client is one submit and few polls`() async throws {
        try await PassBench.with(World(seed: 33, size: Self.size)) { bench async throws in
            var bench = bench
            bench.datasets = [.organizationQuery, .clientQuery]
            _ = try await bench.backfill("2025-01-01..2025-01-31")
            let ledger = bench.simulator.ledger
            #expect(ledger.count(of: .submit) == 1)
            #expect(ledger.count(of: .clientSubmit) == bench.simulator.world.clients.count(where: \.isListed))
            #expect(ledger.count(of: .clientResults) <= 2 * ledger.count(of: .clientSubmit))
        }
    }
}

extension RunSummary {
    fileprivate var isUnchanged: Bool { rowsInserted == 0 && rowsUpdated == 0 && rowsDeleted == 0 }
}

extension DatasetPassTests {
    @Test func `a dataset of which no client may be read is no success`() async throws {
        let script = Script(faults: [Fault(.clientSubmit, .always, .status(403))])
        try await PassBench.with(World(seed: 34, size: Self.size), script: script) { bench async throws in
            var bench = bench
            bench.datasets = [.organizationQuery, .clientQuery]
            let report = try await bench.pass().run(.backfill(PassBench.recent(-3 ... -1), refetching: false))
            #expect(!report.isComplete)
            #expect(report.summary.outcome == .incomplete)
            #expect(report.refusedDatasets.map(\.dataset) == [.clientQuery])
            #expect(report.sourceFailures.isEmpty)
            #expect(
                try await bench.stored(.organizationQuery)
                    == bench.truth(of: .organizationQuery, PassBench.recent(-3 ... -1)))
        }
    }
}

extension DatasetPassTests {
    @Test func `per-client datasets whose clients cannot be listed are no success, unless clients are known`()
        async throws
    {
        let script = Script(faults: [Fault(.clients, .always, .status(403))])
        try await PassBench.with(World(seed: 35, size: Self.size), script: script) { bench async throws in
            var bench = bench
            bench.datasets = [.organizationQuery, .clientQuery, .clientSummary]
            let days = PassBench.recent(-3 ... -1)
            let report = try await bench.pass().run(.backfill(days, refetching: false))
            #expect(!report.isComplete)
            #expect(report.refusedDatasets.map(\.dataset) == [.clientQuery, .clientSummary])
            let errors = try await bench.texts("SELECT last_error FROM usage.freshness WHERE dataset = 'client_query'")
            #expect(errors.count == 1 && errors[0].contains("cannot be listed") && errors[0].contains("403"))
            bench.simulator.rewrite { $0.faults = [] }
            #expect(try await bench.pass().run(.backfill(days, refetching: false)).isComplete)
            bench.simulator.rewrite { $0.faults = [Fault(.clients, .always, .status(403))] }
            #expect(try await bench.pass().run(.backfill(days, refetching: true)).isComplete)
        }
    }
}
