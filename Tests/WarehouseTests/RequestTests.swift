import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What is written down of the requests that a source sends.
@Suite(.database, .timeLimit(.minutes(30))) struct RequestTests {
    private func known(_ fixture: Fixture) async throws -> [String] {
        try await fixture.query(
            """
            SELECT concat_ws(' ', source.name, usage_date, requests, throttled)
            FROM ingest.request_day INNER JOIN ingest.source USING (source_key)
            ORDER BY source.name, usage_date
            """
        ).map { try $0.decode(String.self) }
    }

    @Test func `counts of several processes add up, by source and day`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.warehouse.register([Fixture.registration(), Fixture.registration("second")])
        let other = Fixture.warehouse(fixture.conninfo)
        let (first, second) = (day("2025-06-01"), day("2025-06-02"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for warehouse in [fixture.warehouse, other] {
                for _ in 1...20 {
                    group.addTask {
                        try await warehouse.add(
                            [first: RequestCount(requests: 3), second: RequestCount(requests: 2, throttled: 1)],
                            sentTo: "acme", timeout: .seconds(60))
                    }
                }
            }
            try await group.waitForAll()
        }
        try await fixture.warehouse.add([second: RequestCount(requests: 1)], sentTo: "second", timeout: .seconds(60))
        try await fixture.warehouse.add([:], sentTo: "second", timeout: .seconds(60))
        #expect(
            try await known(fixture) == ["acme 2025-06-01 120 0", "acme 2025-06-02 80 40", "second 2025-06-02 1 0"])
        await other.close()
        await fixture.close()
    }

    @Test func `the database knows which OAuth client is the loader's own, and when that changes`() async throws {
        let fixture = try await Fixture()
        for id in ["c-1", "c-2", "c-2"] {
            _ = try await fixture.warehouse.register([
                SourceRegistration(
                    name: "acme", kind: "genesys", clientID: id, datasets: [], primary: .organizationQuery)
            ])
            let known = try await fixture.query("SELECT client_id FROM ingest.source WHERE name = 'acme'")
            #expect(try known.map { try $0.decode(String.self) } == [id])
        }
        await fixture.close()
    }
}
