import Testing

@testable import UsageSimulator

@Suite struct `The ledger of executions` {
    private let query = #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OAuthClientId"]}"#
    private let quiet = #"{"interval":"2017-01-01/2017-01-02","granularity":"Day","groupBy":["OAuthClientId"]}"#

    @Test func `tells which one was submitted and asked after, and how it stood`() async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.results, .nth(5), .queryStatus("Failed"))]))
        for body in [query, quiet] { _ = try await asker.fetch(body) }
        let path = try await asker.submitted(query)
        _ = asker.get(path)
        asker.simulator.forgetExecutions()
        _ = asker.get(path)
        let ledger = asker.simulator.ledger
        let ids = ledger.entries(of: .submit).map(\.execution)
        #expect(Set(ids.compactMap(\.self)).count == 3)
        let reads = ledger.entries(of: .results)
        #expect(reads.map(\.execution) == [ids[0], ids[0], ids[1], ids[1], ids[2], ids[2]])
        #expect(reads.map(\.ending) == [nil, .complete, nil, .empty, .failed, .gone])
        #expect(ledger.entries(of: .token).allSatisfy { $0.execution == nil && $0.ending == nil })
    }

    @Test func `names no execution where none was made`() async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.submit, .status(503))]))
        #expect(asker.submit(query).status == 503)
        #expect(asker.simulator.ledger.entries(of: .submit).map(\.execution) == [nil])
    }
}
