import ServiceLifecycle
import ServiceLifecycleTestKit
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

@testable import Ingest

/// A way in which something that the contract leaves open may turn out, and what passes then make of each dataset.
struct UnknownCase: Sendable {
    /// What passes come to.
    enum Course: Sendable {
        /// One pass.
        case onePass
        /// A pass for each dataset, in the order of the case.
        case oneAfterTheOther
        /// Executions end only after another submission was refused with the status. As many passes as it takes to leave
        /// nothing undone, and at most so many.
        case refusal(Int, passes: Int)
        /// A pass is interrupted while its only query is running; something happens to the API; a second pass.
        /// So many queries are submitted in all.
        case interruption(by: @Sendable (Simulator) -> Void, submits: Int)
    }

    /// What a dataset looks like afterwards. Texts are what the state and the reason of each day concerned hold.
    enum Outcome: Sendable {
        /// Every row is stored as the vendor has it, and nothing is doubted.
        case whole
        /// As ``whole``, for so many of the newest days alone; without texts, the others are covered and have no row.
        case newest(Int, others: [String])
        /// Something is stored and doubted.
        case doubtful([String])
        /// Nothing is stored.
        case nothing([String])
    }

    /// In the words of ``Script/set(_:)``.
    let setting: String
    var datasets = UnknownCase.all
    /// How many days are owed, yesterday the last.
    var days = 5
    var size = UnknownCase.steady(rowsADay: 12)
    /// Makes the setting matter.
    var script: @Sendable (inout Script) -> Void = { _ in }
    var bench: @Sendable (inout PassBench) -> Void = { _ in }
    /// A longer silence is not waited for; nil for the usual patience.
    var longestSilence: Duration?
    var course = Course.onePass
    /// Of the datasets that do not end as ``Outcome/whole``.
    var outcomes: [Dataset: Outcome] = [:]
    /// What else must hold.
    var check: @Sendable (PassBench) async throws -> Void = { _ in }

    /// Everything that Genesys Cloud can be asked. The organization query comes before the search that is compared with it.
    static let all: [Dataset] = [
        .organizationQuery, .simplesearch, .clientQuery, .clientSummary, .organizationJobs, .clientJobs,
    ]

    static func steady(rowsADay: Int, clients: Int = 3) -> World.Size {
        World.Size(clients: clients, rowsADay: rowsADay, isSteady: true)
    }

    func outcome(of dataset: Dataset) -> Outcome {
        outcomes[dataset] ?? .whole
    }

    /// Whether a pass leaves nothing undone.
    private var isComplete: Bool {
        !outcomes.values.contains { outcome in
            switch outcome {
            case .whole, .doubtful: false
            case .newest(_, let texts): texts.contains("failed")
            // Also when it is unavailable: a dataset of which no client at all is answered is told as refused.
            case .nothing: true
            }
        }
    }
}

extension UnknownCase: CustomTestStringConvertible {
    var testDescription: String {
        datasets.count == Self.all.count
            ? setting : "\(setting), \(datasets.map(\.rawValue).joined(separator: ", "))"
    }
}

// MARK: - Running

extension UnknownCase {
    /// Runs the case in the database of the running test.
    func run() async throws {
        var start = Script()
        try start.set(setting)
        script(&start)
        try await PassBench.with(World(seed: 41, size: size), script: start, longestSilence: longestSilence) {
            bench async throws in
            var bench = bench
            bench.datasets = datasets
            bench.startDate = PassBench.recent(-days ... -1).lowerBound
            self.bench(&bench)
            try await follow(bench)
            for dataset in datasets { try await judge(dataset, bench) }
            try await check(bench)
        }
    }

    private func follow(_ bench: PassBench) async throws {
        switch course {
        case .onePass:
            let report = try await bench.pass().run(.once)
            #expect(report.isComplete == isComplete, "\(report)")
        case .oneAfterTheOther:
            for dataset in datasets {
                _ = try await bench.pass().run(.once, PassSelection(datasets: [dataset]))
            }
        case .refusal(let status, let limit):
            var isComplete = try await runUntilRefused(status, bench).isComplete
            var passes = 1
            while !isComplete, passes < limit {
                isComplete = try await bench.pass().run(.once).isComplete
                passes += 1
            }
            #expect(try await bench.pass().run(.once).summary.windowsPlanned == 0)
        case .interruption(let event, let submits):
            try await interrupt(bench)
            event(bench.simulator)
            #expect(try await bench.pass().run(.once).isComplete)
            #expect(bench.simulator.ledger.count(of: datasets[0].submit) == submits)
        }
    }

    private func runUntilRefused(_ status: Int, _ bench: PassBench) async throws -> PassReport {
        let polls = bench.simulator.script.runningPolls
        bench.simulator.rewrite { $0.runningPolls = .max }
        return try await withThrowingTaskGroup(of: PassReport.self) { group in
            group.addTask { try await bench.pass().run(.once) }
            try await eventually("a submission is refused with \(status)") {
                bench.simulator.ledger.entries.contains { $0.status == status }
            }
            bench.simulator.rewrite { $0.runningPolls = polls }
            return try #require(try await group.next())
        }
    }

    private func interrupt(_ bench: PassBench) async throws {
        let polls = bench.simulator.script.runningPolls
        bench.simulator.rewrite { $0.runningPolls = .max }
        let report = try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: PassReport.self) { group in
                group.addTask { try await bench.pass().run(.once) }
                try await bench.simulator.ledger.reaches(2, of: datasets[0].results)
                trigger.triggerGracefulShutdown()
                return try #require(try await group.next())
            }
        }
        #expect(report.isCancelled)
        #expect(bench.simulator.ledger.count(of: datasets[0].submit) == 1)
        bench.simulator.rewrite { $0.runningPolls = polls }
    }
}

// MARK: - Judging

extension UnknownCase {
    private func judge(_ dataset: Dataset, _ bench: PassBench) async throws {
        let stored = try await bench.stored(dataset)
        let obstacles = try await bench.obstacles(of: dataset)
        func isToldBy(_ texts: [String]) -> Bool {
            !obstacles.isEmpty
                && obstacles.filter { $0 != "covered" }.allSatisfy { line in texts.allSatisfy { line.contains($0) } }
        }
        switch outcome(of: dataset) {
        case .whole:
            let truth = try truth(of: dataset, bench, newest: days)
            #expect(!truth.isEmpty && stored == truth, "\(dataset)")
            #expect(obstacles == ["covered"], "\(dataset)")
        case .newest(let newest, let texts):
            let truth = try truth(of: dataset, bench, newest: newest)
            #expect(!truth.isEmpty && stored == truth, "\(dataset)")
            #expect(obstacles.contains("covered") && texts.isEmpty == (obstacles.count == 1), "\(dataset) \(obstacles)")
            #expect(isToldBy(texts), "\(dataset) \(obstacles)")
        case .doubtful(let texts):
            #expect(!stored.isEmpty, "\(dataset)")
            #expect(!obstacles.contains("covered") && isToldBy(["provisional"] + texts), "\(dataset) \(obstacles)")
        case .nothing(let texts):
            #expect(stored.isEmpty, "\(dataset)")
            #expect(!obstacles.contains("covered") && isToldBy(texts), "\(dataset) \(obstacles)")
        }
    }

    private func truth(of dataset: Dataset, _ bench: PassBench, newest: Int) throws -> [String] {
        let script = bench.simulator.script
        if dataset == .clientSummary { return try bench.summaryTruth(in: script) }
        return try bench.truth(of: dataset, PassBench.recent(-newest ... -1), as: script)
    }
}

extension Dataset {
    /// Where it is submitted.
    fileprivate var submit: Endpoint {
        switch self {
        case .organizationQuery, .channelUsage: .submit
        case .clientQuery: .clientSubmit
        case .clientSummary: .clientSummary
        case .simplesearch: .searchSubmit
        case .organizationJobs: .jobsSubmit
        case .clientJobs: .clientJobsSubmit
        }
    }

    /// Where its answer is read.
    fileprivate var results: Endpoint {
        switch self {
        case .organizationQuery, .channelUsage: .results
        case .clientQuery, .clientSummary: .clientResults
        case .simplesearch: .searchResults
        case .organizationJobs: .jobsResults
        case .clientJobs: .clientJobsResults
        }
    }
}
