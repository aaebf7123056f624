import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// OAuth clients that an answer names without their ids.
@Suite(.database) struct StatedNameTests {
    private let first = day("2025-03-01")
    private let window = Window(dataset: .simplesearch, days: day("2025-03-01")..<day("2025-03-02"))
    private let lines: SQL = """
        SELECT client_id, stated_name, name, is_listed::text, is_shared_name::text FROM ingest.oauth_client
        ORDER BY client_id, stated_name
        """

    @Test func `each stated name is a line of its own, beside a client that bears the same name`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(first, "c-1", name: "Robot")], WarehouseTests.window("2025-03-01", "2025-03-01"))
        try await fixture.store([row(first, "", "")], WarehouseTests.window("2025-03-02", "2025-03-02"))
        let answer = [named("Robot", first, requests: 3), named("Other", first, requests: 5), named("", first)]
        #expect(try await fixture.store(answer, window).inserted == 3)
        #expect(
            try await fixture.query(lines).map {
                try $0.decode(String.self, String.self, String.self, String.self, String.self)
            }
            .map { "\($0.0)|\($0.1)|\($0.2)|\($0.3)|\($0.4)" }
                == ["|||false|false", "|Other|Other|false|false", "|Robot|Robot|false|false", "c-1||Robot|false|false"])
        #expect(try await fixture.store(answer, window).isUnchanged)
        #expect(
            try await fixture.value(
                """
                SELECT sum(requests)::bigint FROM ingest.usage_row INNER JOIN ingest.oauth_client USING (client_key)
                WHERE stated_name = 'Robot' AND dataset = 'simplesearch'
                """) == Int64(3))
        await fixture.close()
    }

    @Test func `a listing neither takes such a line over nor delists it, and it has no history`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([named("Robot", first)], window)
        let before = try await fixture.lines("SELECT * FROM ingest.oauth_client")
        let listed = OAuthClient(
            id: "c-1", name: "Robot", state: "active", authorizedGrantType: "", createdAt: nil)
        for listing in [[listed], []] {
            try await fixture.warehouse.storeListing(
                listing, of: fixture.organization, now: date("2025-06-02T00:00:00Z"))
        }
        // A newer day that states another name does not rename a line that is its name.
        try await fixture.store(
            [named("Robot", day("2025-03-05"))],
            Window(dataset: .simplesearch, days: day("2025-03-05")..<day("2025-03-06")))
        #expect(try await fixture.lines("SELECT * FROM ingest.oauth_client WHERE stated_name <> ''") == before)
        #expect(
            try await fixture.value(
                "SELECT array_agg(DISTINCT client_id) FROM ingest.oauth_client_history INNER JOIN ingest.oauth_client USING (client_key)"
            ) == ["c-1"])
        await fixture.close()
    }

    @Test func `a name that was shared once stays marked`() async throws {
        let fixture = try await Fixture()
        let submission = try await fixture.submit(window)
        let context = WindowContext(
            window: window, organization: fixture.organization, run: fixture.run, submission: submission,
            settling: Settling(settleAfter: .zero), now: date("2025-06-01T00:00:00Z"),
            sharedNames: ["Robot", "Not in the answer"])
        _ = try await fixture.warehouse.store(
            spool([named("Robot", first), named("Other", first)]), replacing: context)
        let marked: SQL = "SELECT array_agg(stated_name) FROM ingest.oauth_client WHERE is_shared_name"
        #expect(try await fixture.value(marked) == ["Robot"])
        try await fixture.store([named("Robot", first)], window)
        #expect(try await fixture.value(marked) == ["Robot"])
        await fixture.close()
    }

    @Test func `a row that is forgotten before the end of the answer leaves no client, endpoint or user behind`()
        async throws
    {
        let fixture = try await Fixture()
        let spool = UsageSpool(directory: "/tmp", memoryLimit: 72)
        try spool.append(named("Kept", first))
        spool.keep()
        try spool.append(named("Forgotten", first, "api/forgotten"))
        try spool.append(row(first, "forgotten", user: "forgotten", caller: "forgotten"))
        spool.restart()
        let submission = try await fixture.submit(window)
        _ = try await fixture.warehouse.store(spool.finish(), replacing: fixture.context(window, submission))
        #expect(
            try await fixture.lines(
                """
                SELECT (SELECT string_agg(stated_name || client_id, ',') FROM ingest.oauth_client) AS a,
                    (SELECT string_agg(template_uri, ',') FROM ingest.endpoint) AS b,
                    (SELECT string_agg(user_id, ',') FROM ingest.usage_user) AS c,
                    (SELECT string_agg(calling_organization_id, ',') FROM ingest.calling_organization) AS d
                """) == ["Kept api/v2/users  "])
        await fixture.close()
    }

    @Test func `all submissions of an answer in parts end with it, and the oldest decides which answer is newer`()
        async throws
    {
        let fixture = try await Fixture()
        let parts = [
            try await fixture.submit(window), try await fixture.submit(window), try await fixture.submit(window),
        ]
        let context = WindowContext(
            window: window, organization: fixture.organization, run: fixture.run, submission: parts[0],
            otherSubmissions: Array(parts[1...]), settling: Settling(settleAfter: .zero),
            now: date("2025-06-01T00:00:00Z"))
        _ = try await fixture.warehouse.store(spool([named("A", first)]), replacing: context)
        #expect(try await fixture.value("SELECT count(*) FROM ingest.execution WHERE state = 'complete'") == Int64(3))
        #expect(try await fixture.value("SELECT submission_id FROM ingest.coverage") == parts[0].rawValue)
        await fixture.close()
    }
}
