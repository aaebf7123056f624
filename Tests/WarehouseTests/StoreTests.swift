import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct StoreTests {
    private let march = window("2025-03-01", "2025-03-31")

    @Test func `of two answers the later submission wins, whichever arrives last`() async throws {
        let fixture = try await Fixture()
        let earlier = try await fixture.submit(march)
        let later = try await fixture.submit(march)
        let new = try spool([row(march.firstDay, requests: 2)])
        let old = try spool([row(march.firstDay, requests: 1), row(march.lastDay, requests: 1)])
        _ = try await fixture.warehouse.store(new, replacing: fixture.context(march, later))
        let outcome = try await fixture.warehouse.store(old, replacing: fixture.context(march, earlier))
        #expect(outcome.isSuperseded && outcome.isUnchanged)
        #expect(try await StoredFact.all(in: fixture).map(\.value.counts.requests) == [2])
        #expect(try await fixture.value("SELECT count(*) FROM usage.restatement") == Int64(0))
        // Nothing more is asked of the dropped one.
        #expect(try await fixture.value("SELECT count(*) FROM ingest.execution WHERE state = 'complete'") == Int64(2))
        let submissions: [Int64] = try await fixture.value(
            "SELECT array_agg(DISTINCT submission_id) FROM ingest.coverage")
        #expect(submissions == [later.rawValue])
        await fixture.close()
    }

    @Test func `storing one answer again changes nothing`() async throws {
        let fixture = try await Fixture()
        let context = fixture.context(march, try await fixture.submit(march))
        let answer = try spool(rows(march, clients: 3))
        let first = try await fixture.warehouse.store(answer, replacing: context)
        let again = try await fixture.warehouse.store(answer, replacing: context)
        #expect((first.inserted, again.inserted, again.unchanged) == (93, 0, 93))
        await fixture.close()
    }

    @Test(arguments: [Staging.arrayLimit, -1])
    func `a fact stated twice is refused, naming it and its positions, and nothing is changed`(
        arrayLimit: Int64
    ) async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(march.firstDay, requests: 7)], march)
        let context = fixture.context(march, try await fixture.submit(march))
        let twice = row(march.lastDay, "O'Brien", "api/v2/\\N", requests: 1)
        let answer = try spool([row(march.firstDay), twice, row(march.firstDay, "c-9"), twice])
        await #expect(throws: WarehouseError.duplicateRow(twice.identity, ordinals: [1, 3])) {
            try await fixture.warehouse.pool.withTransaction { connection in
                var replacement = WindowReplacement(answer: answer, context: context, arrayLimit: arrayLimit)
                _ = try replacement.run(on: connection)
            }
        }
        #expect(try await StoredFact.all(in: fixture).map(\.value.counts.requests) == [7])
        #expect(try await fixture.value("SELECT count(*) FROM usage.oauth_client") == Int64(1))
        #expect(
            try await fixture.value("SELECT state FROM ingest.execution ORDER BY submission_id DESC LIMIT 1") == "open")
        await fixture.close()
    }

    @Test func `texts that look alike and differ in their bytes are two facts`() async throws {
        let fixture = try await Fixture()
        let first = march.firstDay
        try await fixture.store(
            [
                row(first, "caf\u{e9}"), row(first, "cafe\u{301}"), row(first, "c", "\u{212b}"),
                row(first, "c", "\u{c5}"),
            ],
            march)
        #expect(try await fixture.value("SELECT count(*) FROM usage.api_usage") == Int64(4))
        #expect(
            try await fixture.value("SELECT count(DISTINCT (client_id, template_uri)) FROM usage.api_usage") == Int64(4)
        )
        await fixture.close()
    }

    @Test func `an answer that spilled to disk is stored the same`() async throws {
        let fixture = try await Fixture()
        let clients = (0..<97).map { "c-\($0)" }
        let uris = (0...200_000 / 31).map { "api/v2/things/\($0)" }
        let rows = (0..<200_000).map { number in
            row(
                march.firstDay.advanced(by: number % 31), clients[number % 97], uris[number / 31],
                requests: Int64(number))
        }
        let answer = try spool(rows, memoryLimit: 1 << 20)
        #expect(answer.content.file != nil)
        let outcome = try await fixture.warehouse.store(
            answer, replacing: fixture.context(march, try await fixture.submit(march)))
        #expect(outcome.inserted == 200_000)
        let sums: [Int64] = try await fixture.value(
            """
            SELECT ARRAY[
                count(*), sum(requests), count(DISTINCT (usage_date, client_id, template_uri)),
                count(*) FILTER (
                    WHERE template_uri = 'api/v2/things/' || requests / 31
                        AND client_id = 'c-' || requests % 97
                        AND usage_date = date '2025-03-01' + (requests % 31)::integer
                )
            ]::bigint[] FROM usage.api_usage
            """)
        #expect(sums == [200_000, 199_999 * 100_000, 200_000, 200_000])
        let again = try await fixture.warehouse.store(
            answer, replacing: fixture.context(march, try await fixture.submit(march)))
        #expect(again.isUnchanged && again.unchanged == 200_000)
        await fixture.close()
    }

    @Test func `a window of one OAuth client replaces that client's rows only`() async throws {
        let fixture = try await Fixture()
        let day = march.firstDay
        try await fixture.store([row(day, "a"), row(day, "b")], march)
        let ofClient = Window(dataset: .organizationQuery, clientID: "b", days: march.days)
        let outcome = try await fixture.store([row(day, "b", requests: 2)], ofClient)
        #expect((outcome.inserted, outcome.updated, outcome.deleted) == (0, 1, 0))
        let vanished = try await fixture.store([], ofClient)
        #expect(vanished.deleted == 1)
        #expect(try await StoredFact.all(in: fixture).keys.map(\.clientID) == ["a"])
        await fixture.close()
    }

    @Test func `a text that PostgreSQL cannot hold fails the window and changes nothing`() async throws {
        let fixture = try await Fixture()
        await #expect(throws: PostgresError.self) {
            try await fixture.store([row(march.firstDay, "nul\u{0}byte")], march)
        }
        #expect(try await fixture.value("SELECT count(*) FROM ingest.coverage") == Int64(0))
        await fixture.close()
    }

    @Test func `a negative count is refused by the database too`() async throws {
        let fixture = try await Fixture()
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.store([row(march.firstDay, requests: -1)], march)
        }
        #expect(error?.sqlState == "23514")
        await fixture.close()
    }
}
