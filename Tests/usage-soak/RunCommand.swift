import ArgumentParser

/// The whole soak: what a person starts.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The soak itself. Exit status 0: nothing was lost, doubled or stale.")

    @Option(help: "Makes the same organization, faults and mishaps; by default a new one, which is printed.")
    var seed: UInt64?

    @Option(help: "Simulated days that the daemon lives through.")
    var days = 365

    @Option(help: "OAuth clients of the organization.")
    var clients = 100

    @Option(help: "Rows a day of the organization.")
    var rowsADay = 300

    @Option(help: "Requests out of a thousand that a fault hits.")
    var faults = 12

    @Option(help: "Requests between two mishaps of the daemon or of PostgreSQL, on average; 0 for no mishap.")
    var mishapEvery = 1_500

    @Option(help: "Simulated seconds in a real one.")
    var pace = 300.0

    @Option(help: "Requests a minute that Genesys Cloud allows.")
    var allowance = 100

    @Flag(help: "Nothing of the past changes, and the listing of OAuth clients stays as it is.")
    var steady = false

    @Flag(help: "Keep the folder with the daemon's log and the configuration.")
    var keep = false

    func validate() throws {
        guard days > 0, clients > 0, rowsADay > 0, (0...500).contains(faults), mishapEvery >= 0, pace >= 1, allowance > 0
        else { throw ValidationError("Sizes are positive numbers, and at most 500 requests in a thousand are hit.") }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 1...999_999)
        say("usage-soak --seed \(seed) --days \(days) --clients \(clients)")
        let size = SoakSize(
            seed: seed, days: days, clients: clients, rowsADay: rowsADay, faultsPerThousand: faults,
            requestsBetweenMishaps: mishapEvery, pace: pace, allowance: allowance, changesThePast: !steady)
        let report = try await SoakRun.perform(size, keepingFolder: keep)
        say(report)
        guard report.isClean else {
            say("FAILED; again with: usage-soak --seed \(seed) --days \(days) --clients \(clients)")
            throw ExitCode.failure
        }
    }
}
