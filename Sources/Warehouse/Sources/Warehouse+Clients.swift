package import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// Takes over the listing of an organization's OAuth clients.
    package func storeListing(
        _ listing: [OAuthClient],
        of organization: OrganizationKey,
        now: Date
    ) async throws {
        try await pool.withTransaction { connection in
            try ClientDimension(organization: organization, now: now).takeOver(listing, on: connection)
        }
    }

    /// Writes down for which OAuth clients a source is asked, so that the views know what is owed. Others that it was
    /// asked for before keep their stored days and owe no new ones.
    package func storeAskedClients(_ ids: [String], of source: String) async throws {
        try await pool.withTransaction { connection in
            // As in `register`: under the lock nobody else inserts, and nothing is written when nothing changed.
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('usaged sources', 0))")
            try connection.execute(
                """
                UPDATE ingest.source_client AS known SET is_asked = NOT known.is_asked
                FROM ingest.source AS source
                WHERE source.name = \(source) AND known.source_key = source.source_key
                    AND known.is_asked <> (known.client_id = ANY (\(ids)::text[]))
                """)
            try connection.execute(
                """
                INSERT INTO ingest.source_client (source_key, client_id, is_asked)
                SELECT DISTINCT source.source_key, asked.client_id, true
                FROM unnest(\(ids)::text[]) AS asked (client_id)
                INNER JOIN ingest.source AS source ON source.name = \(source)
                WHERE NOT EXISTS (
                    SELECT FROM ingest.source_client AS known
                    WHERE known.source_key = source.source_key AND known.client_id = asked.client_id
                )
                """)
        }
    }

    /// The OAuth clients for which a source was last asked, in the order of their ids; none when it never was.
    package func askedClients(of source: String) async throws -> [String] {
        try await pool.withConnection { connection in
            try connection.query(
                """
                SELECT known.client_id
                FROM ingest.source_client AS known
                INNER JOIN ingest.source AS source USING (source_key)
                WHERE source.name = \(source) AND known.is_asked
                ORDER BY known.client_id COLLATE "C"
                """
            ).map { try $0.decode(String.self) }
        }
    }
}
