import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// Every endpoint with every status of the contract (section 1, "Error codes"), each answered always.
@Suite(.inTurn)
struct EndpointStatusTests {
    struct Expectation: Sendable {
        let status: Int
        /// Nil for a silence asked for, whatever its length.
        let kind: FetchFailureKind?
        let requests: Int

        init(_ status: Int, _ kind: FetchFailureKind?, _ requests: Int) {
            self.status = status
            self.kind = kind
            self.requests = requests
        }
    }

    /// What holds for submissions and results alike.
    private static let common = [
        Expectation(400, .refused, 1), Expectation(401, .unavailable, 2), Expectation(408, .unavailable, 8),
        Expectation(409, .refused, 1), Expectation(413, .refused, 1), Expectation(415, .refused, 1),
        Expectation(429, nil, 8), Expectation(500, .unavailable, 3), Expectation(501, .unavailable, 1),
        Expectation(502, .unavailable, 8), Expectation(503, .unavailable, 8),
        Expectation(504, .unavailable, 8),
    ]

    @Test(arguments: Dataset.questions, common)
    func `a submission fails as its status says`(dataset: Dataset, expected: Expectation) async throws {
        try await check(dataset, expected, at: dataset.submit)
    }

    @Test(arguments: [403, 404])
    func `a submission that is forbidden or leads nowhere concerns the client, where there is one`(
        status: Int
    ) async throws {
        for dataset in Dataset.questions {
            let kind: FetchFailureKind = dataset.isPerClient ? .clientUnavailable : .refused
            try await check(dataset, Expectation(status, kind, 1), at: dataset.submit)
        }
    }

    @Test(arguments: Dataset.questions)
    func `results that are forbidden concern the client, where there is one`(dataset: Dataset) async throws {
        let kind: FetchFailureKind = dataset.isPerClient ? .clientUnavailable : .refused
        try await check(dataset, Expectation(403, kind, 1), at: dataset.results)
    }

    @Test(arguments: Dataset.questions)
    func `an execution of an earlier process that this one may not read is submitted anew`(
        dataset: Dataset
    ) async throws {
        let probe = try await Probe.run(
            dataset, faults: ["\(dataset.results.rawValue)#1=403"],
            diary: Diary(
                open: OpenExecution(submission: SubmissionID(rawValue: 9), execution: ExecutionID(rawValue: "x"))))
        #expect(probe.failure == nil)
        #expect(probe.count(of: dataset.submit) == 1)
        #expect(probe.diary.lines.first == "ended 9 lost")
    }

    @Test(arguments: Dataset.questions, common)
    func `reading results fails as its status says`(dataset: Dataset, expected: Expectation) async throws {
        try await check(dataset, expected, at: dataset.results)
    }

    @Test(arguments: Dataset.questions)
    func `results that are not found are a lost execution, submitted once more`(dataset: Dataset) async throws {
        let probe = try await Probe.run(dataset, faults: ["\(dataset.results.rawValue)=404"])
        #expect(probe.failure?.kind == .unavailable)
        #expect(probe.count(of: dataset.submit) == 2)
        #expect(probe.count(of: dataset.results) == 2)
        #expect(probe.diary.lines.filter { $0.hasPrefix("ended") } == ["ended 1 lost", "ended 2 lost"])
    }

    private func check(_ dataset: Dataset, _ expected: Expectation, at endpoint: Endpoint) async throws {
        let probe = try await Probe.run(dataset, faults: ["\(endpoint.rawValue)=\(expected.status)"])
        let failure = try #require(probe.failure)
        if let kind = expected.kind {
            #expect(failure.kind == kind, "\(failure)")
        } else if case .rateLimited = failure.kind {
        } else {
            Issue.record("\(failure.kind) is no silence: \(failure)")
        }
        #expect(probe.count(of: endpoint) == expected.requests)
        #expect(failure.requests == probe.entries.count)
        #expect(failure.description.contains("status \(expected.status)"), "\(failure)")
        #expect(failure.description.contains("correlation id "))
        #expect(failure.description.contains(dataset.rawValue))
    }
}
