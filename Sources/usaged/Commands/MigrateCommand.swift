import ArgumentParser
import Migrations
import Operations
import Postgres

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the schema up to date, as a member of usage_owner.",
        discussion: """
            Numbered files are applied once, each in its own transaction; views, functions and grants are applied again \
            when their text changed. Any number of processes may start it at once: one applies, the others wait.

            When the roles usage_owner, usage_writer and usage_reader are missing and the login may create roles, they \
            are made first.
            """
    )

    @OptionGroup var options: CommonOptions

    @Flag(help: "Print the SQL that is pending; apply nothing.")
    var plan = false

    @Flag(help: "List applied, pending, changed and unknown files; apply nothing.")
    var status = false

    @Option(
        help: ArgumentHelp(
            "Take the numbered files up to this one as applied, for a schema that was made without this ledger.",
            valueName: "NUMBER"))
    var baseline: Int?

    func validate() throws {
        if [plan, status, baseline != nil].filter({ $0 }).count > 1 {
            throw ValidationError("--plan, --status and --baseline exclude each other.")
        }
    }

    func run() async throws {
        try await reporting {
            let program = try Program(options)
            if plan {
                try await printPlan(program)
            } else if status {
                try await printStatus(program)
            } else if let baseline {
                try await program.migrator.baseline(through: baseline, in: program.migrationConnection)
                print("Files up to \(baseline) are taken as applied.")
            } else {
                try await makeRolesIfMissing(program)
                let applied = try await program.migrator.apply(to: program.migrationConnection)
                print(
                    applied.steps.isEmpty
                        ? "The schema is up to date."
                        : "Applied \(applied.steps.map(\.file.name).joined(separator: ", ")).")
            }
        }
    }

    private func printPlan(_ program: Program) async throws {
        let plan = try await withConnection(program) { try await program.migrator.plan(on: $0) }
        guard !plan.steps.isEmpty else { return print("The schema is up to date.") }
        for step in plan.steps {
            print("-- \(step.file.name)\n\(step.file.text)")
        }
    }

    private func printStatus(_ program: Program) async throws {
        let files = try await withConnection(program) { try await program.migrator.status(on: $0) }
        var table = TextTable(["FILE", "STATE"])
        for file in files { table.add([file.name, file.state.rawValue]) }
        print(table)
    }

    private func makeRolesIfMissing(_ program: Program) async throws {
        try await withConnection(program) { connection in
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

    private func withConnection<Result: Sendable>(
        _ program: Program,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await PostgresConnection.connect(program.migrationConnection, logger: program.logger)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
