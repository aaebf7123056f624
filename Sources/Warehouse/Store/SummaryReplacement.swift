import FoundationEssentials
import Postgres
import UsageDomain

/// One transaction that replaces the snapshot of one OAuth client's summary, taken on one day.
struct SummaryReplacement {
    let summary: ClientSummary
    let context: WindowContext

    /// The day on which the snapshot was asked for.
    private var asOf: Day { context.window.firstDay }

    func run(on connection: isolated PostgresConnection) throws -> StoreOutcome {
        var outcome = StoreOutcome()
        let ledger = WindowLedger(context: context)
        try ledger.lockMonth(on: connection)
        let stored = try CoveredDays(of: context, on: connection)
        if stored.areNewer(than: context.submission) {
            outcome.isSuperseded = true
        } else {
            outcome = try replaceRows(on: connection)
            try ledger.markStored(
                rowCounts: [Int64(summary.rows.count)], fetchedAt: stored.submittedAt, on: connection)
        }
        try ledger.endExecutions(on: connection)
        return outcome
    }

    private func replaceRows(on connection: isolated PostgresConnection) throws -> StoreOutcome {
        let stated = try statedRows(on: connection)
        // Two sets of similar size, as in a window: see there.
        try connection.execute("SET LOCAL enable_nestloop = off")
        let counts = try connection.query(
            """
            WITH stated AS MATERIALIZED (\(stated.rows)),
            vanished AS (
                DELETE FROM ingest.client_summary_row AS held
                WHERE \(isInSnapshot(stated.client)) AND NOT EXISTS (SELECT FROM stated WHERE \(hasSameIdentity))
                RETURNING 1
            ),
            changed AS (
                UPDATE ingest.client_summary_row AS held SET
                    days = stated.days, requests = stated.requests,
                    status_200 = stated.status_200, status_300 = stated.status_300, status_400 = stated.status_400,
                    status_429 = stated.status_429, status_500 = stated.status_500
                FROM stated
                WHERE \(isInSnapshot(stated.client)) AND \(hasSameIdentity)
                    AND (held.days, held.requests, held.status_200, held.status_300,
                        held.status_400, held.status_429, held.status_500)
                    <> (stated.days, stated.requests, stated.status_200, stated.status_300,
                        stated.status_400, stated.status_429, stated.status_500)
                RETURNING 1
            ),
            appeared AS (
                INSERT INTO ingest.client_summary_row (
                    organization_key, client_key, as_of, usage_date, endpoint_key, user_key,
                    calling_organization_key, days, \(counterColumns)
                )
                SELECT \(context.organization.rawValue), \(stated.client), \(asOf.sqlDate), usage_date, endpoint_key,
                    user_key, calling_organization_key, days, \(counterColumns)
                FROM stated
                WHERE NOT EXISTS (
                    SELECT FROM ingest.client_summary_row AS held
                    WHERE \(isInSnapshot(stated.client)) AND \(hasSameIdentity)
                )
                ORDER BY usage_date, endpoint_key, user_key, calling_organization_key
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM appeared), (SELECT count(*) FROM changed), (SELECT count(*) FROM vanished)
            """)
        var outcome = StoreOutcome()
        if let row = try counts.first?.decode(Int64.self, Int64.self, Int64.self) {
            (outcome.inserted, outcome.updated, outcome.deleted) = row
        }
        outcome.unchanged = Int64(summary.rows.count) - outcome.inserted - outcome.updated
        return outcome
    }

    private func isInSnapshot(_ client: Int32) -> SQL {
        """
        held.organization_key = \(context.organization.rawValue)
        AND held.client_key = \(client) AND held.as_of = \(asOf.sqlDate)
        """
    }

    private let hasSameIdentity: SQL = """
        held.usage_date = stated.usage_date
        AND held.endpoint_key = stated.endpoint_key
        AND held.user_key = stated.user_key
        AND held.calling_organization_key = stated.calling_organization_key
        """

    private let counterColumns: SQL = "requests, status_200, status_300, status_400, status_429, status_500"

    // MARK: - What is stated

    /// The answer as a query, with the warehouse's keys in place of the texts, and the key of the client.
    private func statedRows(on connection: isolated PostgresConnection) throws -> (rows: SQL, client: Int32) {
        var endpoints = SpoolDictionary<EndpointIdentity>()
        var users = SpoolDictionary<ExactText>()
        var callers = SpoolDictionary<ExactText>()
        var positions = SpoolDictionary<Position>()
        var ordinals: [Int64] = []
        for (ordinal, row) in summary.rows.enumerated() {
            let endpoint = EndpointIdentity(
                templateURI: ExactText(text: row.templateURI), httpMethod: ExactText(text: row.httpMethod),
                platform: ExactText(text: ""))
            let (position, isNew) = positions.position(
                of: Position(
                    day: row.day,
                    endpoint: endpoints.position(of: endpoint).position,
                    user: users.position(of: ExactText(text: row.userID)).position,
                    caller: callers.position(of: ExactText(text: row.callingOrganizationID)).position))
            guard isNew else { throw duplicate(row, ordinals: [ordinals[Int(position)], Int64(ordinal)]) }
            ordinals.append(Int64(ordinal))
        }
        let client = try ClientDimension(organization: context.organization, now: context.now).keys(
            of: [ClientIdentity(id: context.window.clientID)], named: [("", asOf)], sharedNames: [], on: connection)
        let endpointKeys = try DimensionKeys.endpointKeys(of: endpoints.values, on: connection)
        let userKeys = try DimensionKeys.keys(of: users.values, in: .users, on: connection)
        let callerKeys = try DimensionKeys.keys(of: callers.values, in: .callingOrganizations, on: connection)
        let counts = summary.rows.map(\.counts)
        let rows: SQL = """
            SELECT day::date AS usage_date, \(Int32(clamping: summary.days))::integer AS days, stated.*
            FROM unnest(
                \(positions.values.map { $0.day?.description ?? "-infinity" })::text[],
                \(positions.values.map { endpointKeys[Int($0.endpoint)] })::integer[],
                \(positions.values.map { userKeys[Int($0.user)] })::integer[],
                \(positions.values.map { callerKeys[Int($0.caller)] })::integer[],
                \(counts.map(\.requests))::bigint[],
                \(counts.map(\.statusCounts.status200))::bigint[],
                \(counts.map(\.statusCounts.status300))::bigint[],
                \(counts.map(\.statusCounts.status400))::bigint[],
                \(counts.map(\.statusCounts.status429))::bigint[],
                \(counts.map(\.statusCounts.status500))::bigint[]
            ) AS stated (day, endpoint_key, user_key, calling_organization_key, \(counterColumns))
            """
        return (rows, client[0])
    }

    /// A row's identity by positions in the dictionaries of the answer.
    private struct Position: Hashable, Sendable {
        let day: Day?
        let endpoint: UInt32
        let user: UInt32
        let caller: UInt32
    }

    private func duplicate(_ row: ClientSummary.Row, ordinals: [Int64]) -> WarehouseError {
        let identity = RowIdentity(
            day: row.day ?? asOf, clientID: context.window.clientID, callingOrganizationID: row.callingOrganizationID,
            userID: row.userID, templateURI: row.templateURI, httpMethod: row.httpMethod)
        return .duplicateRow(identity, ordinals: ordinals)
    }
}
