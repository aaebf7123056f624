import Postgres
import TestSupport
import Testing

@testable import Warehouse

/// What the doctor asks for against what the migrations grant: neither knows of the other.
@Suite(.database) struct RequiredRightsTests {
    @Test func `whoever has the role usage_writer lacks nothing`() async throws {
        let connection = try await TestDatabase.current.connect()
        try await connection.run(timeout: .seconds(120)) { try $0.execute("SET ROLE usage_writer") }
        #expect(try await connection.run(timeout: .seconds(120), RequiredRights.missing) == [])
    }

    @Test func `each right that the role was granted is missed when it is taken away`() async throws {
        let connection = try await TestDatabase.current.connect()
        let grants = try await connection.run(timeout: .seconds(120)) { connection in
            try connection.query(
                """
                SELECT privilege_type::text, table_schema::text || '.' || table_name::text
                FROM information_schema.role_table_grants
                INNER JOIN pg_class ON pg_class.oid = (table_schema || '.' || table_name)::regclass
                WHERE grantee = 'usage_writer' AND table_schema IN ('ingest', 'usage') AND NOT relispartition
                ORDER BY 2, 1
                """
            ).map { try $0.decode(String.self, String.self) }
        }
        #expect(grants.count > 60)
        for (right, table) in grants {
            let missing = try await connection.run(timeout: .seconds(120)) { connection in
                try connection.execute("BEGIN")
                try connection.execute("REVOKE \(unsafe: right) ON \(unsafe: table) FROM usage_writer")
                try connection.execute("SET LOCAL ROLE usage_writer")
                let missing = try RequiredRights.missing(on: connection)
                try connection.execute("ROLLBACK")
                return missing
            }
            #expect(missing == ["\(right) on \(table)"])
        }
    }

    @Test func `schemas, functions and temporary tables are missed, too`() async throws {
        let connection = try await TestDatabase.current.connect()
        let name = try TestDatabase.current.name
        let revocations: [(SQL, String)] = [
            ("REVOKE USAGE ON SCHEMA ingest FROM usage_writer", "USAGE on schema ingest"),
            ("REVOKE USAGE ON SCHEMA usage FROM usage_writer", "USAGE on schema usage"),
            (
                "REVOKE EXECUTE ON FUNCTION ingest.ensure_partition(date) FROM usage_writer",
                "EXECUTE on function ingest.ensure_partition"
            ),
            (
                "REVOKE TEMPORARY ON DATABASE \(identifier: name) FROM usage_writer, PUBLIC",
                "TEMPORARY on database \(name)"
            ),
        ]
        for (revocation, right) in revocations {
            let missing = try await connection.run(timeout: .seconds(120)) { connection in
                try connection.execute("BEGIN")
                try connection.execute(revocation)
                try connection.execute("SET LOCAL ROLE usage_writer")
                let missing = try RequiredRights.missing(on: connection)
                try connection.execute("ROLLBACK")
                return missing
            }
            #expect(missing == [right])
        }
    }
}
