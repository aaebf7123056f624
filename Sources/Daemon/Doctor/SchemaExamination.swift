import Migrations
import Postgres
import UsagedConfiguration
import Warehouse

/// The schema: whether it is the one of this program, and whether the login may work with it.
struct SchemaExamination {
    private static let question = Duration.seconds(8)
    /// What is enough to read and write no fact.
    private static let mostNamed = 6

    private let program: Program
    private let facts: ServerFacts
    private let time: ExaminationTime

    init(_ program: Program, facts: ServerFacts, time: ExaminationTime) {
        self.program = program
        self.facts = facts
        self.time = time
    }

    /// - Returns: what is to be said, and whether the schema can be read.
    /// - Throws: `PostgresError` when the database does not answer.
    func perform(on connection: PostgresConnection) async throws -> (findings: [Finding], isReadable: Bool) {
        let missing = try await connection.run(timeout: time.left(Self.question)) { connection in
            try RequiredRights.missing(on: connection)
        }
        let rights = rights(missing)
        guard !missing.contains(where: { $0.hasSuffix("schema ingest") || $0 == "SELECT on ingest.migration" }) else {
            return ([rights, .skipped("schema", because: "the login may not read it")], false)
        }
        let migrator = program.migrator
        do {
            try await time.within(Self.question) { try await migrator.verifyCurrent(on: connection) }
        } catch let error as MigrationError {
            let schema = refused(error)
            let isBehindOnly = error.isBehind && schema.consequence == nil
            // Rights on what is not there yet cannot be missing.
            let verdict =
                isBehindOnly || !missing.isEmpty
                ? rights : .skipped("database.rights", because: "the schema is not the one of this program")
            return ([schema, verdict], false)
        }
        return ([.ok("schema", "up to date"), rights], missing.isEmpty)
    }

    private func rights(_ missing: [String]) -> Finding {
        guard !missing.isEmpty else { return .ok("database.rights", "\(facts.login) may do all that usaged does") }
        let more = missing.count > Self.mostNamed ? " and \(missing.count - Self.mostNamed) more" : ""
        let named = missing.prefix(Self.mostNamed).joined(separator: ", ")
        return .fault(
            "database.rights", "\(facts.login) lacks \(named)\(more)",
            remedy:
                "GRANT usage_writer TO \(facts.login); if it is a member, `usaged migrate` grants anew what the role "
                + "lacks; in a new database run migrations/roles.sql first",
            .command(.noPermission))
    }

    private func refused(_ error: MigrationError) -> Finding {
        let failure = CommandFailure(error)
        if case .behind(let pending) = error {
            let text = "the schema lacks \(pending.joined(separator: ", "))"
            let isAutomatic = program.configuration.migrate == .auto
            switch (isAutomatic, facts.mayMigrate) {
            case (true, true):
                return .warning("schema", text, remedy: "nothing: usaged brings it up to date at start (migrate: auto)")
            case (true, false):
                return .fault(
                    "schema", "\(text), and \(facts.login) may not migrate",
                    remedy: "run `usaged migrate` as a member of usage_owner", .command(.noPermission))
            case (false, _):
                return .fault(
                    "schema", text, remedy: "run `usaged migrate` as a member of usage_owner", .command(failure.status))
            }
        }
        let remedy =
            error.isAhead
            ? "install the version of usaged that the schema is of, or a newer one"
            : "see `usaged migrate --status`; applied files are never changed, renamed or removed"
        return .fault("schema", failure.message, remedy: remedy, .command(failure.status))
    }
}
