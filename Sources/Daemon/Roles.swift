import Migrations
import Postgres

/// The three roles of the warehouse, which belong to the cluster and must be there before the schema.
package struct Roles {
    private let program: Program

    package init(_ program: Program) {
        self.program = program
    }

    /// Runs `roles.sql` where the login may and it is needed.
    ///
    /// - Throws: `CommandFailure` when roles are missing and the login may not make them; `PostgresError`.
    package func makeIfMissing() async throws {
        try await program.withConnection { connection in
            let missing = try await connection.run(timeout: .seconds(30)) { connection in
                try connection.query(
                    """
                    SELECT name FROM unnest(ARRAY['usage_owner', 'usage_writer', 'usage_reader']) AS name
                    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
                    """
                ).map { try $0.decode(String.self) }
            }
            let (isSuperuser, mayCreate) = try await connection.run(timeout: .seconds(30)) { connection in
                try connection.query(
                    "SELECT rolsuper, rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
                ).first?.decode(Bool.self, Bool.self) ?? (false, false)
            }
            // Roles belong to the cluster, but their rights on this database do not: a superuser always makes sure.
            if isSuperuser || (mayCreate && !missing.isEmpty) {
                try await program.migrator.applyRoles(on: connection)
            } else if !missing.isEmpty {
                throw CommandFailure(
                    .noPermission,
                    "the roles \(missing.joined(separator: ", ")) are missing and this login may not create roles: "
                        + "run migrations/roles.sql once as a role that may (psql -d DATABASE -f roles.sql)")
            }
        }
    }
}
