import FoundationEssentials
import Postgres
import UsageDomain

/// The warehouse's keys of everything an answer names, by position in the answer's dictionaries. What is new gets a
/// key in the same transaction.
struct DimensionKeys {
    let clients: [Int32]
    let endpoints: [Int32]
    let users: [Int32]
    let callingOrganizations: [Int32]

    init(of answer: SpooledAnswer, context: WindowContext, on connection: isolated PostgresConnection) throws {
        let content = answer.content
        clients = try ClientDimension(organization: context.organization, now: context.now)
            .keys(
                of: content.clients.values, named: content.clientNames, sharedNames: context.sharedNames,
                on: connection)
        endpoints = try Self.endpointKeys(of: content.endpoints.values, on: connection)
        users = try Self.keys(of: content.users.values, in: .users, on: connection)
        callingOrganizations = try Self.keys(
            of: content.callingOrganizations.values, in: .callingOrganizations, on: connection)
    }

    /// A dimension that is a single text.
    struct TextDimension {
        let select: SQL
        let insert: SQL

        static let users = TextDimension(
            select: "SELECT user_key AS key, user_id AS value FROM ingest.usage_user",
            insert: "INSERT INTO ingest.usage_user (user_id)")
        static let callingOrganizations = TextDimension(
            select: """
                SELECT calling_organization_key AS key, calling_organization_id AS value FROM ingest.calling_organization
                """,
            insert: "INSERT INTO ingest.calling_organization (calling_organization_id)")
    }

    static func keys(
        of texts: [ExactText],
        in dimension: TextDimension,
        on connection: isolated PostgresConnection
    ) throws -> [Int32] {
        let values = texts.map(\.text)
        return try resolve(values.count, on: connection) {
            """
            SELECT asked.position, known.key
            FROM unnest(\(values)::text[]) WITH ORDINALITY AS asked (value, position)
            INNER JOIN (\(dimension.select)) AS known ON known.value = asked.value
            """
        } insertMissing: {
            """
            \(dimension.insert)
            SELECT asked.value FROM unnest(\(values)::text[]) AS asked (value)
            WHERE NOT EXISTS (SELECT FROM (\(dimension.select)) AS known WHERE known.value = asked.value)
            ORDER BY asked.value
            ON CONFLICT DO NOTHING
            """
        }
    }

    static func endpointKeys(
        of endpoints: [EndpointIdentity],
        on connection: isolated PostgresConnection
    ) throws -> [Int32] {
        let asked: SQL = """
            unnest(
                \(endpoints.map(\.templateURI.text))::text[],
                \(endpoints.map(\.httpMethod.text))::text[],
                \(endpoints.map(\.platform.text))::text[]
            ) WITH ORDINALITY AS asked (template_uri, http_method, platform, position)
            """
        return try resolve(endpoints.count, on: connection) {
            """
            SELECT asked.position, known.endpoint_key
            FROM \(asked)
            INNER JOIN ingest.endpoint AS known USING (template_uri, http_method, platform)
            """
        } insertMissing: {
            """
            INSERT INTO ingest.endpoint (template_uri, http_method, platform)
            SELECT asked.template_uri, asked.http_method, asked.platform
            FROM \(asked)
            WHERE NOT EXISTS (
                SELECT FROM ingest.endpoint AS known
                WHERE known.template_uri = asked.template_uri
                    AND known.http_method = asked.http_method
                    AND known.platform = asked.platform
            )
            ORDER BY asked.template_uri, asked.http_method, asked.platform
            ON CONFLICT DO NOTHING
            """
        }
    }

    /// Looks the keys up and, when some are missing, inserts and looks them up again: values that are known cost one
    /// read and no sequence number. Missing ones are inserted in one order everywhere, so two sessions that add the
    /// same ones wait for each other instead of deadlocking.
    static func resolve(
        _ count: Int,
        on connection: isolated PostgresConnection,
        select: () -> SQL,
        insertMissing: () throws -> SQL
    ) throws -> [Int32] {
        if let keys = try lookUp(count, select(), on: connection) { return keys }
        try connection.execute(try insertMissing())
        guard let keys = try lookUp(count, select(), on: connection) else {
            throw PostgresError.invalidValue("a dimension row that was just inserted cannot be read back")
        }
        return keys
    }

    private static func lookUp(
        _ count: Int,
        _ select: SQL,
        on connection: isolated PostgresConnection
    ) throws -> [Int32]? {
        guard count > 0 else { return [] }
        var keys = [Int32](repeating: 0, count: count)
        let rows = try connection.query(select)
        for row in rows {
            let (position, key) = try row.decode(Int64.self, Int32.self)
            keys[Int(position) - 1] = key
        }
        return rows.count == count ? keys : nil
    }
}
