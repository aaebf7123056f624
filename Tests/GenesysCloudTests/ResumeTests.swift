import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct ResumeTests {
    @Test(arguments: Dataset.questions)
    func `an open execution is read instead of submitting again`(dataset: Dataset) async throws {
        try await Account.run { account in
            account.simulator.rewrite { $0.faults = [Fault(dataset.results, .status(503))] }
            let first = try await account.probe(dataset)
            #expect(first.failure?.kind == .unavailable)
            account.simulator.rewrite { $0.faults = [] }
            let second = try await account.probe(dataset, diary: Diary(open: first.diary.lastAccepted))
            #expect(second.failure == nil)
            #expect(second.count(of: dataset.submit) == 0)
            #expect(second.diary.lines == ["ended 1 complete"])
            #expect(second.report?.submission == SubmissionID(rawValue: 1))
            #expect(first.diary.queries == second.diary.queries)
            if dataset == .clientSummary {
                #expect(second.summary?.rows.isEmpty == false)
            } else {
                #expect(Set(second.rows) == Set(try dataset.truth(in: .small)))
            }
        }
    }

    @Test(arguments: [Dataset.organizationJobs, .clientJobs])
    func `reading that broke off between pages goes on with the same job`(dataset: Dataset) async throws {
        try await Account.run(world: .paged) { account in
            account.simulator.rewrite { $0.faults = [Fault(dataset.results, .range(4...100), .status(503))] }
            let first = try await account.probe(dataset)
            #expect(first.failure?.kind == .unavailable)
            #expect(first.failure?.description.contains("page 3") == true)
            #expect(first.rows.count == 2_000)
            account.simulator.rewrite { $0.faults = [] }
            let second = try await account.probe(dataset, diary: Diary(open: first.diary.lastAccepted))
            #expect(second.count(of: dataset.submit) == 0)
            let truth = try dataset.truth(in: .paged)
            #expect(Set(second.rows) == Set(truth))
            #expect(second.rows.count == truth.count)
            #expect(second.diary.lines == ["ended 1 complete"])
        }
    }

    @Test(arguments: [Dataset.organizationJobs, .clientJobs], ["404", "status:Failed", "status:Cancelled"])
    func `a job that is lost between pages is submitted again and nothing of it remains`(
        dataset: Dataset, fault: String
    ) async throws {
        let probe = try await Probe.run(dataset, world: .paged, faults: ["\(dataset.results.rawValue)#4=\(fault)"])
        #expect(probe.failure == nil)
        #expect(probe.restarts == 1)
        #expect(probe.count(of: dataset.submit) == 2)
        let truth = try dataset.truth(in: .paged)
        #expect(Set(probe.rows) == Set(truth))
        #expect(probe.rows.count == truth.count)
        let end = fault == "404" ? "lost" : "failed"
        #expect(
            probe.diary.lines == [
                "intend 1", "accepted 1", "ended 1 \(end)", "intend 2", "accepted 2", "ended 2 complete",
            ])
    }

    @Test(arguments: Dataset.questions, [Script.LateReads.empty, .failed, .notFound])
    func `an execution that was dropped meanwhile is never taken for a time without usage`(
        dataset: Dataset, late: Script.LateReads
    ) async throws {
        try await Account.run { account in
            account.simulator.rewrite {
                $0.lateReads = late
                $0.faults = [Fault(dataset.results, .status(503))]
            }
            let first = try await account.probe(dataset)
            account.simulator.rewrite { $0.faults = [] }
            account.simulator.forgetExecutions()
            let second = try await account.probe(dataset, diary: Diary(open: first.diary.lastAccepted))
            #expect(second.failure == nil)
            #expect(second.count(of: dataset.submit) == 1)
            #expect(second.diary.lines.first == "ended 1 \(late == .failed ? "failed" : "lost")")
            #expect((second.report?.rows ?? 0) > 0)
        }
    }

    @Test func `a job whose pages were dropped is doubted`() async throws {
        let empty = #"{"queryStatus":"Succeeded"}"#
        let fault = Fault(.jobsResults, .nth(4), .raw(200, contentType: "application/json", body: empty))
        let probe = try await Probe.run(.organizationJobs, world: .paged, raw: [fault])
        #expect(probe.failure == nil)
        #expect(probe.report?.doubt?.contains("page without rows") == true)
    }

    @Test(arguments: Dataset.questions)
    func `an empty answer that was just asked for is believed`(dataset: Dataset) async throws {
        let body = dataset.isOfJobs ? #"{"queryStatus":"Succeeded"}"# : #"{"results":[],"queryStatus":"Complete"}"#
        let fault = Fault(dataset.results, .raw(200, contentType: "application/json", body: body))
        let probe = try await Probe.run(dataset, raw: [fault])
        #expect(probe.failure == nil)
        #expect(probe.report?.rows == 0)
        #expect(probe.report?.doubt == nil)
        #expect(probe.count(of: dataset.submit) == 1)
    }
}

extension Dataset {
    var isOfJobs: Bool { self == .organizationJobs || self == .clientJobs }
}
