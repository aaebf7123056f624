import FoundationEssentials
import Postgres
import UsageDomain

@testable import Warehouse

/// A row of `usage.api_usage_daily`, beside its identity.
struct StoredFact: Equatable {
    let counts: UsageCounts
    let firstLoadedAt: Date
    let lastChangedAt: Date

    /// Every stored row. Throws when one is shown twice or does not belong to the fixture's source.
    static func all(in fixture: Fixture) async throws -> [RowIdentity: StoredFact] {
        let rows = try await fixture.query(
            """
            SELECT usage_date, client_id, calling_organization_id, user_id, template_uri, http_method, platform,
                requests, status_200, status_300, status_400, status_429, status_500, first_loaded_at, last_changed_at
            FROM usage.api_usage_daily
            WHERE source = 'acme' AND organization_id = 'o-1' AND organization_name = 'Acme' AND dataset = 'organization_query'
            """)
        var facts: [RowIdentity: StoredFact] = [:]
        for row in rows {
            let identity = try identity(of: row)
            let counts = UsageCounts(
                requests: try row.decode("requests"),
                statusCounts: StatusCounts(
                    status200: try row.decode("status_200"), status300: try row.decode("status_300"),
                    status400: try row.decode("status_400"), status429: try row.decode("status_429"),
                    status500: try row.decode("status_500")))
            let fact = StoredFact(
                counts: counts, firstLoadedAt: try row.decode("first_loaded_at"),
                lastChangedAt: try row.decode("last_changed_at"))
            guard facts.updateValue(fact, forKey: identity) == nil else { throw ShownTwice(identity: identity) }
        }
        return facts
    }

    static func identity(of row: PostgresRow) throws -> RowIdentity {
        RowIdentity(
            day: Day(try row.decode("usage_date", as: PostgresDate.self)), clientID: try row.decode("client_id"),
            callingOrganizationID: try row.decode("calling_organization_id"), userID: try row.decode("user_id"),
            templateURI: try row.decode("template_uri"), httpMethod: try row.decode("http_method"),
            platform: try row.decode("platform"))
    }

    struct ShownTwice: Error {
        let identity: RowIdentity
    }
}

/// A row of `usage.restatement`.
struct Change {
    let restatementID: Int64
    let identity: RowIdentity
    let old: UsageCounts?
    let new: UsageCounts?
    let firstLoadedAt: Date?
    let changedAt: Date
    let runID: Int64

    /// The journal, oldest change first.
    static func all(in fixture: Fixture) async throws -> [Change] {
        try await fixture.query("SELECT * FROM usage.restatement ORDER BY restatement_id").map { row in
            Change(
                restatementID: try row.decode("restatement_id"), identity: try StoredFact.identity(of: row),
                old: try counts("old", of: row), new: try counts("new", of: row),
                firstLoadedAt: try row.decode("first_loaded_at"), changedAt: try row.decode("changed_at"),
                runID: try row.decode("run_id"))
        }
    }

    private static func counts(_ side: String, of row: PostgresRow) throws -> UsageCounts? {
        guard let requests: Int64 = try row.decode("\(side)_requests", as: Int64?.self) else { return nil }
        return UsageCounts(
            requests: requests,
            statusCounts: StatusCounts(
                status200: try row.decode("\(side)_status_200"), status300: try row.decode("\(side)_status_300"),
                status400: try row.decode("\(side)_status_400"), status429: try row.decode("\(side)_status_429"),
                status500: try row.decode("\(side)_status_500")))
    }
}
