import FoundationEssentials
import Postgres
import UsageDomain

/// OAuth clients of one organization: their keys, and their names as listings and usage rows state them.
struct ClientDimension {
    let organization: OrganizationKey
    let now: Date

    /// Keys of clients met in usage rows; new ones are added, and unlisted ones take the name of the newest day.
    ///
    /// - Parameters:
    ///   - clients: identities, each once. One without an id has the name that stands for it for good.
    ///   - names: one for each client, with the newest usage day it was stated on.
    ///   - sharedNames: names that several clients answer to, so that rows under them have been summed.
    ///   - connection: in the transaction that stores the rows.
    /// - Returns: one key for each client, in their order.
    /// - Throws: `PostgresError`.
    func keys(
        of clients: [ClientIdentity],
        named names: [(name: String, day: Day)],
        sharedNames: Set<String>,
        on connection: isolated PostgresConnection
    ) throws -> [Int32] {
        let names = zip(clients, names).map { client, stated in
            client.statedName.text.isEmpty ? stated : (name: client.statedName.text, day: stated.day)
        }
        let asked: SQL = """
            unnest(
                \(clients.map(\.id.text))::text[], \(clients.map(\.statedName.text))::text[],
                \(names.map(\.name))::text[], \(names.map(\.day.sqlDate))::date[]
            ) WITH ORDINALITY AS asked (client_id, stated_name, name, seen_on, position)
            """
        let isAsked: SQL = """
            known.organization_key = \(organization.rawValue)
            AND known.client_id = asked.client_id AND known.stated_name = asked.stated_name
            """
        var areAdded = false
        let keys = try DimensionKeys.resolve(clients.count, on: connection) {
            "SELECT asked.position, known.client_key FROM \(asked) INNER JOIN ingest.oauth_client AS known ON \(isAsked)"
        } insertMissing: {
            areAdded = true
            return """
                INSERT INTO ingest.oauth_client (
                    organization_key, client_id, stated_name, name, usage_name, name_seen_on,
                    first_seen_at, last_changed_at
                )
                SELECT \(organization.rawValue), asked.client_id, asked.stated_name, asked.name, asked.name,
                    CASE WHEN asked.name <> '' AND asked.stated_name = '' THEN asked.seen_on END,
                    \(now)::timestamptz, \(now)::timestamptz
                FROM \(asked)
                WHERE NOT EXISTS (SELECT FROM ingest.oauth_client AS known WHERE \(isAsked))
                ORDER BY asked.client_id, asked.stated_name
                ON CONFLICT DO NOTHING
                """
        }
        if !sharedNames.isEmpty { try markShared(sharedNames, among: keys, on: connection) }
        let renamed = try connection.execute(
            """
            UPDATE ingest.oauth_client AS known
            SET usage_name = news.name,
                name_seen_on = news.seen_on,
                name = CASE WHEN known.is_listed THEN known.name ELSE news.name END,
                last_changed_at = CASE
                    WHEN known.is_listed OR known.name = news.name THEN known.last_changed_at
                    ELSE \(now)::timestamptz
                END
            FROM (
                -- Locked in one order everywhere, so that two windows that name the same clients cannot deadlock.
                SELECT known.client_key, asked.name, asked.seen_on
                FROM unnest(\(keys)::integer[], \(names.map(\.name))::text[], \(names.map(\.day.sqlDate))::date[])
                    AS asked (client_key, name, seen_on)
                INNER JOIN ingest.oauth_client AS known ON known.client_key = asked.client_key
                WHERE asked.name <> '' AND known.stated_name = ''
                    AND (known.name_seen_on IS NULL OR known.name_seen_on < asked.seen_on
                        OR (known.name_seen_on = asked.seen_on AND known.usage_name <> asked.name))
                ORDER BY known.client_key
                FOR NO KEY UPDATE OF known
            ) AS news
            WHERE known.client_key = news.client_key
            """)
        if areAdded || renamed > 0 { try keepHistory(on: connection) }
        return keys
    }

    /// Remembers for good that rows under a name may be those of several clients.
    private func markShared(
        _ names: Set<String>,
        among keys: [Int32],
        on connection: isolated PostgresConnection
    ) throws {
        try connection.execute(
            """
            UPDATE ingest.oauth_client AS known
            SET is_shared_name = true, last_changed_at = \(now)::timestamptz
            FROM (
                -- Locked in one order everywhere, as above.
                SELECT client_key FROM ingest.oauth_client
                WHERE client_key = ANY (\(keys)::integer[]) AND stated_name = ANY (\(names.sorted())::text[])
                    AND NOT is_shared_name
                ORDER BY client_key
                FOR NO KEY UPDATE
            ) AS news
            WHERE known.client_key = news.client_key
            """)
    }

    /// Takes over a listing: names and states of its clients, and which known clients it no longer holds. Clients that
    /// are known by a stated name alone are none of its.
    func takeOver(_ listing: [OAuthClient], on connection: isolated PostgresConnection) throws {
        // Arrays have no place for nil: a date that the listing does not state travels as NaN.
        let listed: SQL = """
            (
                SELECT client_id, name, state, authorized_grant_type,
                    to_timestamp(nullif(created_epoch, 'NaN')) AS created_at
                FROM unnest(
                    \(listing.map(\.id))::text[], \(listing.map(\.name))::text[], \(listing.map(\.state))::text[],
                    \(listing.map(\.authorizedGrantType))::text[],
                    \(listing.map { $0.createdAt?.timeIntervalSince1970 ?? .nan })::double precision[]
                ) AS stated (client_id, name, state, authorized_grant_type, created_epoch)
            ) AS listed
            """
        try connection.execute(
            """
            INSERT INTO ingest.oauth_client (
                organization_key, client_id, name, is_listed, state, authorized_grant_type, created_at,
                first_seen_at, last_changed_at
            )
            SELECT \(organization.rawValue), listed.client_id, listed.name, true, listed.state,
                listed.authorized_grant_type, listed.created_at, \(now)::timestamptz, \(now)::timestamptz
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
            SET name = news.name, is_listed = news.is_listed, state = news.state,
                authorized_grant_type = news.authorized_grant_type, created_at = news.created_at,
                last_changed_at = \(now)::timestamptz
            FROM (
                -- Listed clients that changed, and clients that are listed no longer: these keep what was known, but
                -- their name is that of their usage from now on.
                -- Locked in one order everywhere, as in `keys`.
                SELECT known.client_key,
                    listed.client_id IS NOT NULL AS is_listed,
                    coalesce(listed.name, nullif(known.usage_name, ''), known.name) AS name,
                    coalesce(listed.state, known.state) AS state,
                    coalesce(listed.authorized_grant_type, known.authorized_grant_type) AS authorized_grant_type,
                    coalesce(listed.created_at, known.created_at) AS created_at
                FROM ingest.oauth_client AS known
                LEFT JOIN \(listed) ON listed.client_id = known.client_id
                WHERE known.organization_key = \(organization.rawValue) AND known.stated_name = ''
                    AND CASE
                        WHEN listed.client_id IS NULL THEN known.is_listed
                        ELSE (known.name, known.is_listed, known.state, known.authorized_grant_type)
                            <> (listed.name, true, listed.state, listed.authorized_grant_type)
                            OR known.created_at IS DISTINCT FROM coalesce(listed.created_at, known.created_at)
                    END
                ORDER BY known.client_key
                FOR NO KEY UPDATE OF known
            ) AS news
            WHERE known.client_key = news.client_key
            """)
        try keepHistory(on: connection)
    }

    /// Ends the validity of what changed and begins that of the new state. A client that is known by a stated name alone
    /// has neither state nor another name, so no history.
    private func keepHistory(on connection: isolated PostgresConnection) throws {
        try connection.execute(
            """
            UPDATE ingest.oauth_client_history AS history
            SET valid_to = \(now)::timestamptz
            FROM ingest.oauth_client AS known
            WHERE history.organization_key = \(organization.rawValue)
                AND history.valid_to = 'infinity'
                AND history.valid_from < \(now)::timestamptz
                AND known.organization_key = \(organization.rawValue)
                AND known.client_key = history.client_key
                AND (known.name, known.state, known.is_listed) <> (history.name, history.state, history.is_listed)
            """)
        try connection.execute(
            """
            INSERT INTO ingest.oauth_client_history (
                organization_key, client_key, valid_from, name, state, is_listed
            )
            SELECT known.organization_key, known.client_key, \(now)::timestamptz, known.name, known.state, known.is_listed
            FROM ingest.oauth_client AS known
            WHERE known.organization_key = \(organization.rawValue)
                AND known.stated_name = ''
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
