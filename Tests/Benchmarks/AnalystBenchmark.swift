import ArgumentParser
import EphemeralPostgres
import Glibc
import Operations
import Postgres

/// How long the questions of analysts take on a warehouse of real size.
@main
struct AnalystBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyst-benchmark",
        abstract:
            "Measures the questions of Tests/Benchmarks/questions.sql on three generated years of one organization.",
        discussion: """
            Starts a private PostgreSQL, migrates, generates, and asks each question six times: the first time does not \
            count, of the others the median is shown, beside the rows of the answer and the partitions that were read. \
            The first question is the floor: reading one month's facts. Exit status 0: every question was answered within \
            the limit.
            """)

    @Flag(help: "A small world, for CI: 3 months, 40 OAuth clients, 50 endpoints.")
    var short = false

    @Option(help: "Months that end with 2025. Default: 36.")
    var months: Int?

    @Option(help: "OAuth clients of the organization. Default: 300.")
    var clients: Int?

    @Option(help: "Endpoints that are called. Default: 200.")
    var endpoints: Int?

    @Option(help: "Milliseconds that a question may take.")
    var limit = 300.0

    @Option(help: "Ask a database that is filled already instead, by its libpq connection string.")
    var conninfo: String?

    @Option(help: "Ask only questions whose name contains this.")
    var only: String?

    func validate() throws {
        guard [months, clients, endpoints].compactMap(\.self).allSatisfy({ $0 > 0 }), limit > 0 else {
            throw ValidationError("Sizes and the limit are positive numbers.")
        }
    }

    func run() async throws {
        if let conninfo {
            try await measure(try await AnalystWorld.existing(conninfo))
        } else {
            let settings = ["shared_buffers": "512MB", "max_wal_size": "8GB"]
            try await EphemeralPostgres.withCluster(.init(settings: settings)) { cluster in
                say("generating …")
                let world = try await AnalystWorld.generate(
                    in: cluster, months: months ?? (short ? 3 : 36), clients: clients ?? (short ? 40 : 300),
                    endpoints: endpoints ?? (short ? 50 : 200))
                say("generated in \(world.age)")
                try await measure(world)
            }
        }
    }

    private func measure(_ world: AnalystWorld) async throws {
        var table = TextTable(["QUESTION", "MS", "× FLOOR", "ROWS", "PARTITIONS"])
        var slow: [String] = []
        var floor: Double?
        for question in try Question.all where floor == nil || only.map(question.name.contains) ?? true {
            let cost = try await world.measure(question)
            let reference = floor ?? cost.milliseconds
            floor = reference
            table.add([
                question.name, hundredths(cost.milliseconds), hundredths(cost.milliseconds / reference), "\(cost.rows)",
                cost.partitions.map { "\($0) of \($1)" }.joined(separator: ", "),
            ])
            if cost.milliseconds > limit { slow.append(question.name) }
        }
        say("\(try await world.facts) facts\n\(table)")
        guard slow.isEmpty else {
            say("longer than \(limit) ms: \(slow.joined(separator: "; "))")
            throw ExitCode.failure
        }
    }
}

private func hundredths(_ number: Double) -> String {
    "\((number * 100).rounded() / 100)"
}

/// Prints a line at once: a pipe is buffered.
private func say(_ text: String) {
    print(text)
    fflush(nil)
}
