import FoundationEssentials
import Postgres
import UsageDomain

/// OAuth clients of one organization: their keys, and their names as listings and usage rows state them.
struct ClientDimension {
    let organization: OrganizationKey
    let now: Date

    /// Keys of clients met in usage rows; new ones are added, and unlisted ones take the name of the newest day.
    ///
    /// - Parameter names: one for each client, with the usage day it was stated on.
    func keys(
        of clients: [String],
        named names: [(name: String, day: Day)],
        on connection: isolated PostgresConnection
    ) throws -> [Int32] {
        var areAdded = false
        let keys = try DimensionKeys.resolve(clients.count, on: connection) {
            """
            SELECT asked.position, known.client_key
            FROM unnest(\(clients)::text[]) WITH ORDINALITY AS asked (client_id, position)
            INNER JOIN ingest.oauth_client AS known
                ON known.organization_key = \(organization.rawValue) AND known.client_id = asked.client_id
            """
        } insertMissing: {
            areAdded = true
            return """
                INSERT INTO ingest.oauth_client (
                    organization_key, client_id, name, name_seen_on, first_seen_at, last_changed_at
                )
                SELECT \(organization.rawValue), asked.client_id, asked.name, asked.seen_on,
                    \(now)::timestamptz, \(now)::timestamptz
                FROM unnest(\(clients)::text[], \(names.map(\.name))::text[], \(names.map(\.day.sqlDate))::date[])
                    AS asked (client_id, name, seen_on)
                WHERE NOT EXISTS (
                    SELECT FROM ingest.oauth_client AS known
                    WHERE known.organization_key = \(organization.rawValue) AND known.client_id = asked.client_id
                )
                ORDER BY asked.client_id
                ON CONFLICT DO NOTHING
                """
        }
        let renamed = try connection.execute(
            """
            UPDATE ingest.oauth_client AS known
            SET name = asked.name, name_seen_on = asked.seen_on, last_changed_at = \(now)::timestamptz
            FROM unnest(\(keys)::integer[], \(names.map(\.name))::text[], \(names.map(\.day.sqlDate))::date[])
                AS asked (client_key, name, seen_on)
            WHERE known.organization_key = \(organization.rawValue)
                AND known.client_key = asked.client_key
                AND NOT known.is_listed
                AND asked.name NOT IN ('', known.name)
                AND (known.name_seen_on IS NULL OR known.name_seen_on <= asked.seen_on)
            """)
        if areAdded || renamed > 0 { try keepHistory(on: connection) }
        return keys
    }

    /// Takes over a listing: names and states of its clients, and which known clients it no longer holds.
    func takeOver(_ listing: [OAuthClient], on connection: isolated PostgresConnection) throws {
        let listed: SQL = """
            unnest(
                \(listing.map(\.id))::text[], \(listing.map(\.name))::text[], \(listing.map(\.state))::text[],
                \(listing.map(\.authorizedGrantType))::text[],
                \(listing.map { $0.createdAt?.timeIntervalSince1970 ?? .nan })::double precision[]
            ) AS listed (client_id, name, state, authorized_grant_type, created_epoch)
            """
        // Arrays have no place for nil: a date that the listing does not state travels as NaN.
        let createdAt: SQL = "to_timestamp(nullif(listed.created_epoch, 'NaN'))"
        try connection.execute(
            """
            INSERT INTO ingest.oauth_client (
                organization_key, client_id, name, is_listed, state, authorized_grant_type, created_at,
                first_seen_at, last_changed_at
            )
            SELECT \(organization.rawValue), listed.client_id, listed.name, true, listed.state,
                listed.authorized_grant_type, \(createdAt), \(now)::timestamptz, \(now)::timestamptz
            FROM \(listed)
            WHERE NOT EXISTS (
                SELECT FROM ingest.oauth_client AS known
                WHERE known.organization_key = \(organization.rawValue) AND known.client_id = listed.client_id
            )
            ORDER BY listed.client_id
            ON CONFLICT DO NOTHING
            """)
        try connection.execute(
            """
            UPDATE ingest.oauth_client AS known
            SET name = listed.name, is_listed = true, state = listed.state,
                authorized_grant_type = listed.authorized_grant_type, created_at = \(createdAt),
                last_changed_at = \(now)::timestamptz
            FROM \(listed)
            WHERE known.organization_key = \(organization.rawValue)
                AND known.client_id = listed.client_id
                AND (known.name, known.is_listed, known.state, known.authorized_grant_type, known.created_at)
                    IS DISTINCT FROM
                    (listed.name, true, listed.state, listed.authorized_grant_type, \(createdAt))
            """)
        try connection.execute(
            """
            UPDATE ingest.oauth_client AS known
            SET is_listed = false, last_changed_at = \(now)::timestamptz
            WHERE known.organization_key = \(organization.rawValue)
                AND known.is_listed
                AND known.client_id <> ALL (\(listing.map(\.id))::text[])
            """)
        try keepHistory(on: connection)
    }

    /// Ends the validity of what changed and begins that of the new state.
    private func keepHistory(on connection: isolated PostgresConnection) throws {
        try connection.execute(
            """
            WITH ended AS (
                UPDATE ingest.oauth_client_history AS history
                SET valid_to = \(now)::timestamptz
                FROM ingest.oauth_client AS known
                WHERE history.organization_key = \(organization.rawValue)
                    AND history.valid_to = 'infinity'
                    AND history.valid_from < \(now)::timestamptz
                    AND known.organization_key = \(organization.rawValue)
                    AND known.client_key = history.client_key
                    AND (known.name, known.state, known.is_listed)
                        <> (history.name, history.state, history.is_listed)
                RETURNING history.client_key
            )
            SELECT count(*) FROM ended
            """)
        try connection.execute(
            """
            INSERT INTO ingest.oauth_client_history (
                organization_key, client_key, valid_from, name, state, is_listed
            )
            SELECT known.organization_key, known.client_key, \(now)::timestamptz, known.name, known.state, known.is_listed
            FROM ingest.oauth_client AS known
            WHERE known.organization_key = \(organization.rawValue)
                AND NOT EXISTS (
                    SELECT FROM ingest.oauth_client_history AS history
                    WHERE history.organization_key = \(organization.rawValue)
                        AND history.client_key = known.client_key
                        AND history.valid_to = 'infinity'
                )
            ON CONFLICT DO NOTHING
            """)
    }
}
