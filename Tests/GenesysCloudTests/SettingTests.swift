import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// What the contract leaves open (section 10), each way it may turn out to be.
@Suite(.inTurn)
struct SettingTests {
    static let settings = Script.unknowns.flatMap { unknown in unknown.settings.map { "\(unknown.name)=\($0)" } }

    @Test(arguments: settings)
    func `however an unknown turns out, an ordinary window comes out whole`(setting: String) async throws {
        let world = World(seed: 7, size: World.Size(clients: 4, rowsADay: 12))
        for dataset in Dataset.questions where dataset != .clientSummary {
            let probe = try await Probe.run(dataset, world: world) { try? $0.set(setting) }
            var script = Script()
            try script.set(setting)
            let truth = try dataset.truth(in: world).map { row in
                var row = row
                if dataset.isOfJobs {
                    row.identity.platform = script.platformNames.spelling(of: row.identity.platform) ?? ""
                }
                return row
            }
            #expect(probe.failure == nil, "\(dataset): \(String(describing: probe.failure))")
            #expect(probe.report?.doubt == nil, "\(dataset)")
            #expect(
                Dictionary(grouping: probe.rows, by: \.self).mapValues(\.count)
                    == Dictionary(grouping: truth, by: \.self).mapValues(\.count), "\(dataset)")
        }
    }

    @Test(arguments: settings)
    func `however an unknown turns out, a summary counts the same requests`(setting: String) async throws {
        let usual = try #require(try await Probe.run(.clientSummary).summary)
        let probe = try await Probe.run(.clientSummary) { try? $0.set(setting) }
        #expect(probe.failure == nil, "\(String(describing: probe.failure))")
        let summary = try #require(probe.summary)
        let isByOrganization = setting.contains("organization") && setting.hasPrefix("summary-rows")
        let requests = summary.rows.reduce(0) { $0 + $1.counts.requests }
        let expected = usual.rows.reduce(0) { $0 + $1.counts.requests }
        #expect(isByOrganization ? requests >= expected : requests == expected)
        #expect(!summary.rows.isEmpty)
    }

    @Test(arguments: Dataset.questions)
    func `another token that may not read an execution submits again`(dataset: Dataset) async throws {
        let probe = try await Probe.run(dataset, faults: ["\(dataset.results.rawValue)#1=expire-token"]) {
            $0.readers = .sameToken
        }
        #expect(probe.failure == nil)
        #expect(probe.diary.lines.contains("ended 1 lost"))
        #expect(probe.count(of: dataset.submit) == 2)
        #expect((probe.report?.rows ?? 0) > 0)
    }

    @Test(arguments: Dataset.questions)
    func `a limit of executions is a silence asked for or a refusal`(dataset: Dataset) async throws {
        let silent = try await Probe.run(dataset) {
            $0.concurrency = .tooMany
            $0.concurrentExecutions = 0
        }
        guard case .rateLimited = silent.failure?.kind else {
            Issue.record("\(String(describing: silent.failure))")
            return
        }
        let refused = try await Probe.run(dataset) {
            $0.concurrency = .conflict
            $0.concurrentExecutions = 0
        }
        #expect(refused.failure?.kind == .refused)
        #expect(refused.diary.lines == ["intend 1", "ended 1 rejected"])
    }

    @Test(arguments: [Dataset.organizationQuery, .clientQuery])
    func `days that the older family has forgotten are refused with its reason`(dataset: Dataset) async throws {
        let probe = try await Probe.run(dataset) {
            $0.retention = .refused
            $0.retentionDays = 30
        }
        #expect(probe.failure?.kind == .refused)
        #expect(probe.failure?.description.contains("the oldest day that is kept") == true)
    }

    @Test func `a summary of more days than the API knows is refused with its reason`() async throws {
        let probe = try await Probe.run(.clientSummary) {
            $0.summaryDays = .refused
            $0.summaryDaysMaximum = 5
        }
        #expect(probe.failure?.kind == .refused)
        #expect(probe.failure?.description.contains("The number of days [7] is more than 5.") == true)
    }

    @Test(arguments: [
        (Script.JobsInterval.badRequest, FetchFailureKind.refused), (.invalidDate, .refused), (.failed, .unavailable),
    ])
    func `a job about days too long ago fails however the API says so`(
        form: Script.JobsInterval, kind: FetchFailureKind
    ) async throws {
        var script = Script()
        script.jobsInterval = form
        try await Account.run(script: script) { account in
            let window = Window(dataset: .organizationJobs, days: try Window.days("2024-03-01", "2024-03-31").days)
            let failure = try await account.failure {
                _ = try await $0.fetch(
                    OrganizationJob(window, byUser: false), into: RowList(), recorder: Diary().recorder)
            }
            #expect(failure?.kind == kind)
        }
    }
}
