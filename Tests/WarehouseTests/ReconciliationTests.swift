import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// Datasets that ought to agree are compared, and every difference is listed.
@Suite(.database) struct ReconciliationTests {
    private let day = "2025-03-02"
    private let organizationQuery: [SeededFact] = [
        .of("c-1", 10), .of("c-1", 5, uri: "api/v2/queues"), .of("c-2", 7, status400: 3), .of("c-3", 1),
    ]

    /// Comparison, day, client, both sides, what differs.
    private func differences(_ fixture: Fixture) async throws -> [String] {
        try await fixture.texts(
            """
            SELECT concat_ws(' ', comparison, usage_date, client_id, left_requests, right_requests, difference, differing)
            FROM usage.reconciliation
            WHERE source = 'acme' AND organization_id = 'o-1' AND organization_name = 'Acme'
            ORDER BY comparison, usage_date, client_id, client_name
            """)
    }

    /// Comparison, day, clients compared and not, differences, unexpected ones, totals of what was compared.
    private func days(_ fixture: Fixture) async throws -> [String] {
        try await fixture.texts(
            """
            SELECT concat_ws(' ', comparison, usage_date, compared_clients, uncompared_clients, differences,
                unexpected_differences, left_requests, right_requests)
            FROM usage.reconciliation_day
            WHERE source = 'acme' AND organization_id = 'o-1' AND organization_name = 'Acme'
            ORDER BY comparison, usage_date
            """)
    }

    @Test func `equal datasets have no difference, and the days say that they were compared`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, organizationQuery)
        try await fixture.seed(.clientQuery, day, of: ["c-1", "c-2", "c-3"], organizationQuery)
        // Compared without usage, and stored by one of the two alone.
        try await fixture.seed(.organizationQuery, "2025-03-03")
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1"])
        try await fixture.seed(.organizationQuery, "2025-03-04", organizationQuery)
        try await fixture.seedCoverage(.clientQuery, "2025-03-04", of: ["c-1"], state: "failed", because: "HTTP 500")
        #expect(try await differences(fixture) == [])
        #expect(
            try await days(fixture) == [
                "organization_query/client_query 2025-03-02 3 0 0 0 26 26",
                "organization_query/client_query 2025-03-03 1 0 0 0 0 0",
            ])
        await fixture.close()
    }

    /// What the other dataset says of the day, and the one line that names the difference.
    static let slips: [(other: [SeededFact], line: String)] = [
        (
            [.of("c-1", 10), .of("c-1", 6, uri: "api/v2/queues"), .of("c-2", 7, status400: 3), .of("c-3", 1)],
            "c-1 15 16 1 requests, status_200"
        ),
        // A row vanished, and with it the client.
        ([.of("c-1", 15), .of("c-2", 7, status400: 3)], "c-3 1 0 -1 requests, status_200"),
        // A client too many.
        (
            [.of("c-1", 15), .of("c-2", 7, status400: 3), .of("c-3", 1), .of("c-4", 2)],
            "c-4 0 2 2 requests, status_200"
        ),
        // One request moved from one counter to another.
        (
            [.of("c-1", 15), .of("c-2", 6, status400: 4), .of("c-3", 1)], "c-2 10 10 0 status_200, status_400"
        ),
        // One request moved from one client to another is two differences; of an equal total nothing is hidden.
        (
            [.of("c-1", 15), .of("c-2", 7, status400: 3), .of("c-3", 1), .of("c-4", 0, status400: 1)],
            "c-4 0 1 1 requests, status_400"
        ),
    ]

    @Test(arguments: slips.indices) func `a difference of one row is found and named`(slip: Int) async throws {
        let (other, line) = Self.slips[slip]
        let fixture = try await Fixture()
        for equal in ["2025-03-01", "2025-03-03"] {
            try await fixture.seed(.organizationQuery, equal, organizationQuery)
            try await fixture.seed(.clientQuery, equal, of: ["c-1", "c-2", "c-3"], organizationQuery)
        }
        try await fixture.seed(.organizationQuery, day, organizationQuery)
        try await fixture.seed(.clientQuery, day, of: ["c-1", "c-2", "c-3", "c-4"], other)
        #expect(try await differences(fixture) == ["organization_query/client_query \(day) \(line)"])
        #expect(
            try await fixture.texts(
                "SELECT usage_date::text FROM usage.reconciliation_day WHERE unexpected_differences = 1") == [day])
        await fixture.close()
    }

    @Test func `a client whose own day is not stored is not compared, and is counted`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, organizationQuery)
        try await fixture.seed(.clientQuery, day, of: ["c-1"], [.of("c-1", 15)])
        try await fixture.seedCoverage(.clientQuery, day, of: ["c-2"], state: "unavailable", because: "HTTP 404")
        #expect(try await differences(fixture) == [])
        #expect(try await days(fixture) == ["organization_query/client_query \(day) 1 2 0 0 15 15"])
        let uncompared = try await fixture.texts(
            "SELECT concat_ws(' ', uncompared_left_requests, uncompared_right_requests) FROM usage.reconciliation_day")
        #expect(uncompared == ["11 0"])
        await fixture.close()
    }

    @Test func `requests that a client made in another organization are left out`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, [.of("c-1", 10), .of("c-2", 4)])
        try await fixture.seed(
            .clientQuery, day, of: ["c-1", "c-2"],
            [.of("c-1", 10, caller: "o-1"), .of("c-1", 99, caller: "o-2"), .of("c-2", 4)])
        #expect(try await differences(fixture) == [])
        // Between the two that are asked per client all of them count.
        try await fixture.seed(
            .clientJobs, day, of: ["c-1", "c-2"],
            [.of("c-1", 10, caller: "o-1"), .of("c-1", 98, caller: "o-2"), .of("c-2", 4)])
        #expect(
            try await differences(fixture) == ["client_query/client_jobs \(day) c-1 109 108 -1 requests, status_200"])
        await fixture.close()
    }

    @Test func `a name is that of the client that ever bore it`() async throws {
        let fixture = try await Fixture()
        for (id, name) in [("c-1", "Billing"), ("c-2", "Sync"), ("c-3", "Third")] {
            try await fixture.seedClient(id, name: name)
        }
        try await fixture.seedFormerName("Old Sync", of: "c-2")
        try await fixture.seed(
            .organizationQuery, day, [.of("c-1", 10), .of("c-2", 5), .of("c-3", 1), .of("", 8), .of("c-4", 2)])
        try await fixture.seed(
            .simplesearch, day,
            [
                // Neither the requests of no client nor those of c-4, which has no name, state one.
                .named("Billing", 10), .named("Old Sync", 2), .named("Sync", 3), .named("Third", 2), .of("", 10),
                .named("Nobody's", 6),
            ])
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', client_id, client_name, left_requests, right_requests, ambiguous_name)
            FROM usage.reconciliation ORDER BY client_name
            """)
        #expect(lines == ["|Nobody's|0|6|f", "c-3|Third|1|2|f"])
        #expect(try await days(fixture) == ["organization_query/simplesearch \(day) 5 0 2 2 26 33"])
        await fixture.close()
    }

    @Test func `clients that a name cannot tell apart are compared as one, and flagged`() async throws {
        let fixture = try await Fixture()
        // The first two share a name today; the third bears a former name of the second.
        try await fixture.seedClient("c-1", name: "Twin")
        try await fixture.seedClient("c-2", name: "Twin")
        try await fixture.seedFormerName("Older", of: "c-2")
        try await fixture.seedClient("c-3", name: "Older")
        try await fixture.seedClient("c-4", name: "Alone")
        try await fixture.seed(
            .organizationQuery, day, [.of("c-1", 10), .of("c-2", 5), .of("c-3", 1), .of("c-4", 3)])
        try await fixture.seed(.simplesearch, day, [.named("Twin", 15), .named("Older", 1), .named("Alone", 3)])
        #expect(try await differences(fixture) == [])
        #expect(try await days(fixture) == ["organization_query/simplesearch \(day) 2 0 0 0 19 19"])
        try await fixture.query("UPDATE ingest.usage_row SET requests = requests + 1 WHERE requests = 15")
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', client_id, client_name, ambiguous_name, left_requests, right_requests, differing)
            FROM usage.reconciliation
            """)
        #expect(lines == ["|Older / Twin|t|16|17|requests"])
        await fixture.close()
    }

    @Test func `more in the newer family is expected, less is not`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, [.of("c-1", 10), .of("c-2", 5, status400: 2), .of("c-3", 1)])
        try await fixture.seed(
            .organizationJobs, day, [.of("c-1", 12), .of("c-2", 8, status400: 1), .of("c-3", 1), .of("c-9", 4)])
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', client_id, difference, is_expected, explanation)
            FROM usage.reconciliation ORDER BY client_id
            """)
        let all = "the newer family counts all requests"
        #expect(
            lines == [
                "c-1|2|t|\(all), the older one only those that are billed",
                "c-2|2|f|\(all), and yet fewer here than the older one",
                "c-9|4|t|\(all), the older one only those that are billed",
            ])
        #expect(try await days(fixture) == ["organization_query/organization_jobs \(day) 4 0 3 1 18 26"])
        await fixture.close()
    }

    @Test func `a side that may still change is said to`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, [.of("c-1", 10), .of("c-2", 1)])
        try await fixture.seed(.clientQuery, day, of: ["c-1"], state: "provisional", [.of("c-1", 9)])
        try await fixture.seed(.clientQuery, day, of: ["c-2"], [.of("c-2", 2)])
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', client_id, is_provisional, is_expected, explanation)
            FROM usage.reconciliation ORDER BY client_id
            """)
        #expect(lines == ["c-1|t|f|a side is provisional: it may still change", "c-2|f|f|"])
        #expect(try await fixture.texts("SELECT is_provisional::text FROM usage.reconciliation_day") == ["true"])
        await fixture.close()
    }

    @Test func `a dataset grouped by user is summed over its users`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, [.of("c-1", 10)])
        try await fixture.query("INSERT INTO ingest.usage_user (user_id) VALUES ('u-1')")
        try await fixture.query(
            """
            INSERT INTO ingest.usage_row
            SELECT 3, 3, 0, 0, 0, 0, now(), now(), organization_key, dataset, usage_date, client_key, endpoint_key,
                (SELECT user_key FROM ingest.usage_user WHERE user_id = 'u-1'), calling_organization_key
            FROM ingest.usage_row
            """)
        try await fixture.seed(.clientQuery, day, of: ["c-1"], [.of("c-1", 13)])
        #expect(try await differences(fixture) == [])
        #expect(try await days(fixture) == ["organization_query/client_query \(day) 1 0 0 0 13 13"])
        await fixture.close()
    }

    @Test func `one organization is not compared with another`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.organizationQuery, day, organizationQuery)
        try await fixture.seed(.clientQuery, day, of: ["c-1", "c-2", "c-3"], organizationQuery)
        try await fixture.query(
            """
            INSERT INTO ingest.organization (organization_id, name, first_seen_at, last_changed_at)
            VALUES ('o-2', 'Beta', now(), now())
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.coverage
            SELECT (SELECT organization_key FROM ingest.organization WHERE organization_id = 'o-2'), dataset, client_id,
                usage_date, state, row_count, submission_id, fetched_at, run_id, last_error
            FROM ingest.coverage
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.oauth_client (organization_key, client_id, name, first_seen_at, last_changed_at)
            SELECT organization_key, 'c-1', '', now(), now() FROM ingest.organization WHERE organization_id = 'o-2'
            """)
        let lines = try await fixture.texts(
            """
            SELECT concat_ws(' ', organization_id, compared_clients, left_requests, right_requests)
            FROM usage.reconciliation_day ORDER BY organization_id
            """)
        #expect(lines == ["o-1 3 26 26", "o-2 3 0 0"])
        await fixture.close()
    }

    @Test func `a question for a month reads the facts of that month`() async throws {
        let fixture = try await Fixture()
        for month in ["2025-01", "2025-02", "2025-03", "2025-04"] {
            for day in ["03", "17"] {
                try await fixture.seed(.organizationQuery, "\(month)-\(day)", organizationQuery)
                try await fixture.seed(.clientQuery, "\(month)-\(day)", of: ["c-1", "c-2", "c-3"], organizationQuery)
            }
        }
        for view in ["reconciliation", "reconciliation_day"] {
            let plan = try await fixture.query(
                """
                EXPLAIN (ANALYZE, TIMING OFF)
                SELECT * FROM usage.\(identifier: view)
                WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-03-01' AND '2025-03-31'
                """
            ).map { try $0.decode(String.self) }
            let read = plan.filter { !$0.contains("never executed") }.joined()
            #expect(
                Set(read.matches(of: /usage_row_(\d{6})/).map(\.1)) == ["202503"], "\(plan.joined(separator: "\n"))")
        }
        await fixture.close()
    }
}
