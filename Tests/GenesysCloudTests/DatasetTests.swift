import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct DatasetTests {
    @Test(
        arguments: [Dataset.organizationQuery, .clientQuery, .organizationJobs, .clientJobs], [1, 7, 4_711] as [UInt64])
    func `what is fetched equals the truth`(dataset: Dataset, seed: UInt64) async throws {
        let world = World(seed: seed, size: World.Size(clients: 6, rowsADay: 150))
        let probe = try await Probe.run(dataset, world: world)
        #expect(probe.failure == nil, "\(String(describing: probe.failure))")
        let truth = try dataset.truth(in: world)
        #expect(truth.count > 50)
        #expect(Set(probe.rows) == Set(truth))
        #expect(probe.rows.count == truth.count)
        #expect(probe.report?.rows == Int64(truth.count))
        #expect(probe.report?.requests == probe.entries.count)
        #expect(probe.report?.unknownFields == [:])
        #expect(probe.report?.doubt == nil)
        #expect(probe.diary.lines == ["intend 1", "accepted 1", "ended 1 complete"])
    }

    @Test(arguments: [Dataset.organizationJobs, .clientJobs])
    func `an answer of several pages equals the truth, asked for by the thousand`(dataset: Dataset) async throws {
        let probe = try await Probe.run(dataset, world: .paged)
        let truth = try dataset.truth(in: .paged)
        #expect(truth.count > 3_000)
        #expect(Set(probe.rows) == Set(truth))
        #expect(probe.rows.count == truth.count)
        let pages = probe.entries.filter { $0.endpoint == dataset.results && $0.status == 200 }
        #expect(pages.count == (truth.count + 999) / 1_000)
        #expect(pages.allSatisfy { $0.query.contains("pageSize=1000") })
        // One submission, one question that finds it still running, and the pages.
        #expect(probe.entries.count { $0.endpoint != .token } == 2 + pages.count)
    }

    @Test(arguments: [Dataset.organizationQuery, .organizationJobs])
    func `organization datasets are grouped by user on request`(dataset: Dataset) async throws {
        let probe = try await Probe.run(dataset, byUser: true)
        let truth = try dataset.truth(in: .small, byUser: true)
        #expect(truth.contains { !$0.identity.userID.isEmpty })
        #expect(Set(probe.rows) == Set(truth))
        #expect(probe.rows.count == truth.count)
    }

    @Test func `rows of a client name the organizations that called, its own among them`() async throws {
        for dataset in [Dataset.clientQuery, .clientJobs] {
            let probe = try await Probe.run(dataset, world: .paged)
            let organizations = Set(probe.rows.map(\.identity.callingOrganizationID))
            #expect(organizations == Set(World.paged.callingOrganizationIDs))
            #expect(Set(probe.rows.map(\.identity.clientID)) == [World.paged.clients[1].id])
        }
    }

    @Test(arguments: [
        (
            Dataset.clientQuery, "/api/v2/oauth/clients/CLIENT/usage/query",
            #"["OrganizationId","TemplateUri","HttpMethod"]"#
        ),
        (
            .organizationJobs, "/api/v2/usage/aggregates/query/jobs",
            #"["OauthClientId","TemplateUri","HttpMethod","Platform","UserId"]"#
        ),
        (
            .clientJobs, "/api/v2/usage/client/CLIENT/aggregates/query/jobs",
            #"["OrganizationId","TemplateUri","HttpMethod","Platform"]"#
        ),
    ])
    func `each question is asked in its endpoint's own words`(
        dataset: Dataset, path: String, grouping: String
    ) async throws {
        let probe = try await Probe.run(dataset, byUser: true)
        let submit = try #require(probe.entries.first { $0.endpoint == dataset.submit })
        #expect(submit.method == "POST")
        #expect(submit.path == path.replacing("CLIENT", with: World.small.clients[1].id))
        #expect(
            submit.body == #"{"granularity":"Day","groupBy":\#(grouping),"#
                + #""interval":"2025-09-01T00:00:00.000Z/2025-09-10T23:59:59.999Z","#
                + #""metrics":["Status200","Status300","Status400","Status500","Status429","Requests"]}"#)
    }

    @Test(arguments: [Dataset.organizationQuery, .clientQuery, .organizationJobs, .clientJobs])
    func `totals are what the rows add up to`(dataset: Dataset) async throws {
        try await Account.run(world: .paged) { account in
            let window = try dataset.window(in: .paged)
            let totals = try await account.source.fetchTotals(window, recorder: Diary().recorder)
            var expected: [String: Int64] = [:]
            for row in try dataset.truth(in: .paged) {
                let id = dataset.isPerClient ? row.identity.callingOrganizationID : row.identity.clientID
                expected[id, default: 0] += row.counts.requests
            }
            #expect(expected.count > 1)
            let stated = totals.shares.map { ($0.id, $0.counts.requests) }
            #expect(Dictionary(uniqueKeysWithValues: stated) == expected)
            #expect(totals.requests == account.simulator.ledger.entries.count)
            let body = try #require(account.simulator.ledger.entries(of: dataset.submit).first?.body)
            #expect(!body.contains("granularity"))
        }
    }

    @Test func `totals of a simple search are those of the organization query`() async throws {
        try await Account.run { account in
            let days = try Window.days("2025-09-01", "2025-09-01").days
            let own = try await account.source.fetchTotals(
                Window(dataset: .simplesearch, days: days), recorder: Diary().recorder)
            let other = try await account.source.fetchTotals(
                Window(dataset: .organizationQuery, days: days), recorder: Diary().recorder)
            #expect(!own.shares.isEmpty)
            #expect(own.shares.sorted { $0.id < $1.id } == other.shares.sorted { $0.id < $1.id })
        }
    }

    @Test func `totals of more clients than fit a page are read to the last`() async throws {
        let world = World(seed: 5, size: World.Size(clients: 1_500, rowsADay: 4_000, isSteady: true))
        try await Account.run(world: world) { account in
            let totals = try await account.source.fetchTotals(
                Dataset.organizationJobs.window(in: world), recorder: Diary().recorder)
            #expect(totals.shares.count > 1_000)
            #expect(account.simulator.ledger.entries(of: .jobsResults).contains { $0.query.contains("after=") })
        }
    }

    @Test(arguments: [Dataset.organizationQuery, .clientQuery, .organizationJobs, .clientJobs])
    func `totals that name one id twice are a bad answer`(dataset: Dataset) async throws {
        let fault = try Fault("\(dataset.complete)=row:duplicate")
        try await Account.run(world: .paged, script: Script(faults: [fault])) { account in
            let failure = try #require(
                try await account.failure {
                    _ = try await $0.fetchTotals(dataset.window(in: .paged), recorder: Diary().recorder)
                })
            #expect(failure.kind == .badAnswer)
            #expect(failure.description.contains("two totals are of the same id"))
            #expect(failure.description.contains("(totals)"))
        }
    }
}
