import Postgres
import TestSupport
import UsageDomain

@testable import Warehouse

/// One stored row as a test writes it: counters of one OAuth client, which has an id, a stated name, or neither.
struct SeededFact {
    var client = ""
    var statedName = ""
    var caller = ""
    var uri = "api/v2/users"
    var status200: Int64 = 0
    var status400: Int64 = 0

    static func of(
        _ client: String, _ status200: Int64, status400: Int64 = 0, caller: String = "", uri: String = "api/v2/users"
    ) -> SeededFact {
        SeededFact(client: client, caller: caller, uri: uri, status200: status200, status400: status400)
    }

    static func named(_ name: String, _ status200: Int64, uri: String = "api/v2/users") -> SeededFact {
        SeededFact(statedName: name, uri: uri, status200: status200)
    }
}

extension Fixture {
    /// Writes a day of any dataset as if it had been stored: coverage for these clients, and its facts.
    func seed(
        _ dataset: Dataset,
        _ day: String,
        of clients: [String] = [""],
        state: String = "covered",
        _ facts: [SeededFact] = []
    ) async throws {
        let date = WarehouseTests.day(day).sqlDate
        try await seedCoverage(dataset, day, of: clients, state: state)
        try await query("SELECT ingest.ensure_partition(\(date))")
        for fact in facts {
            try await seedClient(fact.client, stated: fact.statedName)
            try await query(
                """
                INSERT INTO ingest.endpoint (template_uri, http_method, platform) VALUES (\(fact.uri), 'GET', '')
                ON CONFLICT DO NOTHING
                """)
            try await query("INSERT INTO ingest.usage_user (user_id) VALUES ('') ON CONFLICT DO NOTHING")
            try await query(
                """
                INSERT INTO ingest.calling_organization (calling_organization_id) VALUES (\(fact.caller))
                ON CONFLICT DO NOTHING
                """)
            try await query(
                """
                INSERT INTO ingest.usage_row
                SELECT \(fact.status200 + fact.status400)::bigint, \(fact.status200)::bigint, 0,
                    \(fact.status400)::bigint, 0, 0, now(), now(), \(organization.rawValue)::integer,
                    \(dataset.rawValue)::ingest.dataset, \(date)::date, client_key, endpoint_key, user_key,
                    calling_organization_key
                FROM ingest.oauth_client, ingest.endpoint, ingest.usage_user, ingest.calling_organization
                WHERE organization_key = \(organization.rawValue)
                    AND client_id = \(fact.client) AND stated_name = \(fact.statedName)
                    AND template_uri = \(fact.uri) AND platform = '' AND user_id = ''
                    AND calling_organization_id = \(fact.caller)
                """)
        }
        try await query("SELECT ingest.rebuild_rollups(\(date), \(date))")
    }

    /// Writes what was tried of a day: its state, for these clients.
    func seedCoverage(
        _ dataset: Dataset, _ day: String, of clients: [String] = [""], state: String = "covered",
        because reason: String = ""
    ) async throws {
        try await query(
            """
            INSERT INTO ingest.claim
            SELECT organization_key, \(dataset.rawValue)::ingest.dataset, source_key
            FROM ingest.source WHERE organization_key = \(organization.rawValue)
            ON CONFLICT DO NOTHING
            """)
        try await query(
            """
            INSERT INTO ingest.coverage (
                organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id,
                last_error
            )
            SELECT \(organization.rawValue)::integer, \(dataset.rawValue)::ingest.dataset, client_id,
                \(WarehouseTests.day(day).sqlDate)::date, stated.state, CASE WHEN stated.is_stored THEN 0 END,
                CASE WHEN stated.is_stored THEN 1 ELSE 0 END,
                CASE WHEN stated.is_stored THEN timestamptz '2025-06-01 00:00Z' END, \(run.rawValue)::bigint, \(reason)::text
            FROM unnest(\(clients)::text[]) AS client_id
            CROSS JOIN LATERAL (
                SELECT \(state)::text AS state, \(state)::text IN ('provisional', 'covered') AS is_stored
            ) AS stated
            """)
    }

    /// Writes an OAuth client, or a name that usage states without an id, if it is not there.
    func seedClient(_ id: String, name: String? = nil, stated: String = "") async throws {
        try await query(
            """
            INSERT INTO ingest.oauth_client (
                organization_key, client_id, stated_name, name, first_seen_at, last_changed_at
            )
            VALUES (\(organization.rawValue), \(id), \(stated), \(name ?? stated), now(), now())
            ON CONFLICT DO NOTHING
            """)
    }

    /// Writes that an OAuth client bore a name once.
    func seedFormerName(_ name: String, of client: String) async throws {
        try await query(
            """
            INSERT INTO ingest.oauth_client_history
            SELECT organization_key, client_key, timestamptz '2024-01-01', timestamptz '2024-02-01', \(name), '', true
            FROM ingest.oauth_client WHERE client_id = \(client)
            """)
    }

    /// Lines of text that a query returns, as of 2025-03-06.
    func texts(_ sql: SQL, asOf now: String = "2025-03-06T05:00:00Z") async throws -> [String] {
        try await administration.withTransaction { connection in
            try connection.execute("SELECT set_config('usaged.now', \(now), true)")
            return try connection.query(sql).map { try $0.decode(String.self) }
        }
    }
}
