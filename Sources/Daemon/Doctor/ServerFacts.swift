import FoundationEssentials
import Postgres

/// What the server says of itself, the database and the login.
struct ServerFacts: Sendable {
    let version: String
    let login: String
    let database: String
    let isSuperuser: Bool
    let mayMigrate: Bool
    let isReadOnly: Bool
    let encoding: String
    let clock: Date
    /// Connections at once that server, database and login allow; the least of the three.
    let connections: Int
    let connectionsInUse: Int

    init(on connection: isolated PostgresConnection) throws {
        let row = try connection.query(
            """
            SELECT current_setting('server_version') AS version, current_user::text AS login,
                current_database()::text AS database, login.rolsuper AS is_superuser,
                -- A role that is missing altogether is nobody's.
                coalesce(
                    (SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = 'usage_owner'), false
                ) AS may_migrate,
                current_setting('transaction_read_only')::boolean OR pg_is_in_recovery() AS is_read_only,
                current_setting('server_encoding') AS encoding, clock_timestamp() AS clock,
                least(
                    current_setting('max_connections')::integer
                        - CASE WHEN login.rolsuper THEN 0
                            ELSE current_setting('superuser_reserved_connections')::integer END,
                    -- Negative means without limit.
                    nullif(greatest(login.rolconnlimit, -1), -1), nullif(greatest(pg_database.datconnlimit, -1), -1)
                )::bigint AS connections,
                (SELECT sum(numbackends) FROM pg_stat_database)::bigint AS in_use
            FROM pg_roles AS login
            INNER JOIN pg_database ON datname = current_database()
            WHERE login.rolname = current_user
            """
        ).first
        guard let row else { throw PostgresError.invalidValue("the server does not know the login that it let in") }
        version = try row.decode("version")
        login = try row.decode("login")
        database = try row.decode("database")
        isSuperuser = try row.decode("is_superuser")
        mayMigrate = try row.decode("may_migrate")
        isReadOnly = try row.decode("is_read_only")
        encoding = try row.decode("encoding")
        clock = try row.decode("clock")
        connections = Int(try row.decode("connections", as: Int64.self))
        connectionsInUse = Int(try row.decode("in_use", as: Int64.self))
    }
}
