import ArgumentParser
import Daemon
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
        try await reporting(options) {
            let (program, _) = try options.program()
            if plan {
                try await printPlan(program)
            } else if status {
                try await printStatus(program)
            } else if let baseline {
                try await program.migrator.baseline(through: baseline, in: program.migrationConnection)
                print("Files up to \(baseline) are taken as applied.")
            } else {
                try await Roles(program).makeIfMissing()
                let applied = try await program.migrator.apply(to: program.migrationConnection)
                print(
                    applied.steps.isEmpty
                        ? "The schema is up to date."
                        : "Applied \(applied.steps.map(\.file.name).joined(separator: ", ")).")
            }
        }
    }

    private func printPlan(_ program: Program) async throws {
        let plan = try await program.withConnection { try await program.migrator.plan(on: $0) }
        guard !plan.steps.isEmpty else { return print("The schema is up to date.") }
        for step in plan.steps {
            print("-- \(step.file.name)\n\(step.file.text)")
        }
    }

    private func printStatus(_ program: Program) async throws {
        let files = try await program.withConnection { try await program.migrator.status(on: $0) }
        var table = TextTable(["FILE", "STATE"])
        for file in files { table.add([file.name, file.state.rawValue]) }
        print(table)
    }
}
