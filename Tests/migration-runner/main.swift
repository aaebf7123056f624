import Logging
import Migrations
import Postgres

// Applies the migrations of a folder, as a process that tests can start several times at once, or kill.
// Arguments: conninfo, folder. Prints how many files it applied.
let migrator = Migrator(
    source: try .directory(CommandLine.arguments[2]),
    role: nil,
    logger: Logger(label: "migration-runner", factory: { _ in SwiftLogNoOpLogHandler() })
)
let configuration = PostgresConfiguration(conninfo: CommandLine.arguments[1], applicationName: "migration-runner")
let plan = try await migrator.apply(to: configuration)
print("applied \(plan.steps.count)")
