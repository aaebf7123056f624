import ArgumentParser
import Daemon

@main
struct Usaged: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usaged",
        abstract: "Copies API usage from vendor clouds into PostgreSQL: every day once, exactly, provably.",
        discussion: """
            Reads one YAML file (--config). Secrets are never in it: it names credentials, files or variables.

            Exit status: 0 all done; 64 bad usage; 69 a service was unavailable for longer than allowed; \
            70 a defect of usaged; 75 some windows failed or the command was interrupted, and will be tried again; \
            77 no permission; 78 bad configuration.
            """,
        version: UsagedVersion.current,
        subcommands: [RunCommand.self, MigrateCommand.self, PruneCommand.self, CheckCommand.self, StatusCommand.self],
        defaultSubcommand: RunCommand.self
    )
}
