import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct ClientQueryTests {
    @Test func `rows of the client's own organization are those of the organization query`() async throws {
        let own = World.paged.organization.id
        let byClient = try await Probe.run(.clientQuery, world: .paged)
        let byOrganization = try await Probe.run(.organizationQuery, world: .paged)
        let client = World.paged.clients[1].id
        let expected = byOrganization.rows.filter { $0.identity.clientID == client }
        let rows = byClient.rows.filter { $0.identity.callingOrganizationID == own }.map { row in
            var row = row
            row.identity.callingOrganizationID = ""
            row.clientName = World.paged.clients[1].name
            return row
        }
        #expect(!rows.isEmpty)
        #expect(Set(rows) == Set(expected))
    }

    @Test func `a row about another client is a wrong row`() async throws {
        let own = World.small.clients[1].id
        for (id, isRight) in [("", true), (own.uppercased(), true), (World.small.clients[2].id, false)] {
            let row = #"{"clientId":"\#(id)","organizationId":"o","userId":"u","requests":1,"date":"2025-09-02"}"#
            let body = #"{"results":[\#(row)],"queryStatus":"Complete"}"#
            let probe = try await Probe.run(
                .clientQuery, raw: [Fault(.clientResults, .raw(200, contentType: "application/json", body: body))])
            #expect((probe.failure == nil) == isRight)
            if isRight {
                let day = try #require(Day("2025-09-02"))
                #expect(
                    probe.rows.map(\.identity)
                        == [RowIdentity(day: day, clientID: own, callingOrganizationID: "o")])
            } else {
                #expect(probe.failure?.kind == .badAnswer)
                #expect(probe.failure?.description.contains("clientId: names another OAuth client") == true)
            }
        }
    }

    @Test(arguments: [Dataset.clientQuery, .clientSummary, .clientJobs])
    func `a client that the API does not speak of is unavailable alone, with the reason`(
        dataset: Dataset
    ) async throws {
        try await Account.run { account in
            let world = account.simulator.world
            let refused = world.clients[1].id
            account.simulator.rewrite {
                $0.faults = [Fault(dataset.submit, mentioning: refused, .status(403))]
            }
            let probe = try await account.probe(dataset)
            #expect(probe.failure?.kind == .clientUnavailable)
            #expect(probe.failure?.description.contains("missing.any.permissions") == true)
            #expect(probe.failure?.description.contains("OAuth client \(refused)") == true)
            #expect(probe.diary.lines == ["intend 1", "ended 1 rejected"])

            let unknown = Window(
                dataset: dataset, clientID: "no-such-client", days: try dataset.window(in: world).days)
            let other = Window(
                dataset: dataset, clientID: world.clients[0].id, days: try dataset.window(in: world).days)
            let adapter = GenesysCloudAdapter(account.source, byUser: false)
            func fetch(_ window: Window) async throws {
                if dataset == .clientSummary {
                    _ = try await adapter.fetchSummary(window, recorder: Diary().recorder)
                } else {
                    _ = try await adapter.fetch(
                        window, expectedRows: nil, into: RowList(), recorder: Diary().recorder)
                }
            }
            let missing = try await account.failure { _ in try await fetch(unknown) }
            #expect(missing?.kind == .clientUnavailable)
            #expect(missing?.description.contains("not.found") == true)
            #expect(try await account.failure { _ in try await fetch(other) } == nil)
        }
    }

    @Test func `a client's id cannot lead to another path`() async throws {
        try await Account.run { account in
            let window = Window(
                dataset: .clientQuery, clientID: "../../usage/query?x#",
                days: try Window.days("2025-09-01", "2025-09-01").days)
            let failure = try await account.failure {
                _ = try await $0.fetch(ClientQuery(window), into: RowList(), recorder: Diary().recorder)
            }
            #expect(failure?.kind == .clientUnavailable)
            #expect(account.simulator.ledger.count(of: .submit) == 0)
        }
    }
}
