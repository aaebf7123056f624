import ArgumentParser
import Daemon
import Ingest
import Operations
import UsageDomain
import UsagedConfiguration
import Warehouse

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Fetches what is due and stores it (the default command).",
        discussion: """
            Without --once or --backfill it is the daemon: a pass over what is due, again and again as the \
            configuration's schedule says, until SIGTERM.

            A backfill fetches what coverage lacks in a range of days, newest first. Interrupt it whenever you like: \
            started again, it goes on where it was.

              usaged run --once
              usaged run --backfill 2025-01-01..2025-12-31 --plan
              usaged run --backfill 2025-01-01..2025-12-31 --source acme
            """
    )

    @OptionGroup var options: CommonOptions

    @Flag(help: "Make one pass over what is due, then exit.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "Fetch what coverage lacks from the first to the last day, both included, then exit.",
            valueName: "FROM..TO"))
    var backfill: BackfillRange?

    @Option(help: ArgumentHelp("Work on this source only; may be given more than once.", valueName: "NAME"))
    var source: [String] = []

    @Option(help: ArgumentHelp("Work on this dataset only; may be given more than once.", valueName: "NAME"))
    var dataset: [Dataset] = []

    @Flag(help: "With --backfill: fetch covered days too.")
    var refetch = false

    @Flag(help: "With --backfill or --once: print the windows, requests and minutes it would take; send nothing.")
    var plan = false

    @Option(
        help: ArgumentHelp(
            "With --backfill or --once: how many seconds a database that is away is waited for. The daemon waits on.",
            valueName: "SECONDS"))
    var databasePatience = Int(DatabasePatience.standardLimit.components.seconds)

    func validate() throws {
        guard databasePatience >= 0 else { throw ValidationError("--database-patience is a number of seconds.") }
        if once, backfill != nil { throw ValidationError("--once and --backfill exclude each other.") }
        if refetch, backfill == nil { throw ValidationError("--refetch needs --backfill FROM..TO.") }
        if backfill != nil, let snapshot = dataset.first(where: { $0.shape == .snapshot }) {
            throw ValidationError(
                "--dataset \(snapshot.rawValue): it is relative to today and cannot be backfilled; use --once.")
        }
        if plan, backfill == nil, !once { throw ValidationError("--plan needs --backfill FROM..TO or --once.") }
    }

    func run() async throws {
        try await reporting(options) {
            let (program, output) = try options.program()
            let names = program.configuration.sources.map(\.name)
            if let unknown = source.first(where: { !names.contains($0) }) {
                throw CommandFailure(
                    .badUsage, "--source \(unknown): the configuration has \(names.joined(separator: ", "))")
            }
            try refuseUnaskedDatasets(program)
            let scope = backfill.map { PassScope.backfill($0.days, refetching: refetch) } ?? .once
            let selection = PassSelection(sources: Set(source), datasets: Set(dataset))
            if plan {
                try await printPlan(program, scope, selection)
            } else if once || backfill != nil {
                try await runOnce(program, output, scope, selection)
            } else {
                try await program.runScheduled(selection, rereading: options.configuration)
            }
        }
    }

    /// A dataset that no chosen source is asked for would end as a success without a word.
    private func refuseUnaskedDatasets(_ program: Program) throws {
        let chosen = program.configuration.sources.filter { source.isEmpty || source.contains($0.name) }
        let asked = Set(chosen.flatMap(\.datasets))
        guard let unasked = dataset.first(where: { !asked.contains($0.rawValue) }) else { return }
        throw CommandFailure(
            .badUsage,
            "--dataset \(unasked.rawValue): the configuration asks for \(asked.sorted().joined(separator: ", "))")
    }

    private func printPlan(_ program: Program, _ scope: PassScope, _ selection: PassSelection) async throws {
        try await program.requireCurrentSchema(migrating: false)
        let patience = DatabasePatience(delays: [])
        let plan = try await program.withPass(patience: patience, onEvent: { _ in }) {
            try await $0.plan(scope, selection)
        }
        print(PlanText(plan))
        await program.warehouse.close()
    }

    private func runOnce(
        _ program: Program,
        _ output: StandardErrorStream,
        _ scope: PassScope,
        _ selection: PassSelection
    ) async throws {
        let log = PassLog(logger: program.logger)
        let progress = backfill.map { _ in BackfillProgress(output: output, logger: program.logger) }
        defer { output.show(status: "") }
        let limit = Duration.seconds(databasePatience)
        let report = try await program.runOnce(scope, selection, waitingForDatabase: limit) {
            log.receive($0)
            progress?.receive($0)
        }
        if let report, let failure = CommandFailure(report) { throw failure }
    }
}

extension Dataset: ExpressibleByArgument {}
