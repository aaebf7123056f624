import ArgumentParser

/// The whole soak: what a person starts.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The soak itself. Exit status 0: nothing was lost, doubled or stale.")

    @Option(help: "Makes the same organization, faults and mishaps; by default a new one, which is printed.")
    var seed: UInt64?

    @Flag(help: "The size for CI: 20 days, 10 OAuth clients, mishaps and faults close together.")
    var short = false

    @Option(help: "Simulated days that the daemon lives through. Default: 365.")
    var days: Int?

    @Option(help: "OAuth clients of the organization. Default: 100.")
    var clients: Int?

    @Option(help: "Rows a day of the organization. Default: 300.")
    var rowsADay: Int?

    @Option(help: "Requests out of a thousand that a fault hits. Default: 12.")
    var faults: Int?

    @Option(help: "Requests between two mishaps, on average; 0 for no mishap. Default: 1500.")
    var mishapEvery: Int?

    @Option(help: "Simulated seconds in a real one. Default: 300.")
    var pace: Double?

    @Flag(help: "Nothing of the past changes, and the listing of OAuth clients stays as it is.")
    var steady = false

    @Flag(help: "Keep the folder with the daemon's log and the configuration.")
    var keep = false

    func validate() throws {
        let numbers = [days, clients, rowsADay].compactMap(\.self)
        guard numbers.allSatisfy({ $0 > 0 }), (0...500).contains(faults ?? 0), (mishapEvery ?? 0) >= 0, (pace ?? 1) >= 1
        else {
            throw ValidationError("Sizes are positive numbers, and at most 500 requests in a thousand are hit.")
        }
    }

    func run() async throws {
        let size = size(seed: seed ?? UInt64.random(in: 1...999_999))
        say(size.command)
        let report = try await SoakRun.perform(size, keepingFolder: keep)
        say(report)
        guard report.isClean else {
            say("FAILED; run it again with: \(size.command)")
            throw ExitCode.failure
        }
    }

    private func size(seed: UInt64) -> SoakSize {
        var size = short ? SoakSize.short(seed: seed) : SoakSize.full(seed: seed)
        size.days = days ?? size.days
        size.clients = clients ?? size.clients
        size.rowsADay = rowsADay ?? size.rowsADay
        size.faultsPerThousand = faults ?? size.faultsPerThousand
        size.requestsBetweenMishaps = mishapEvery ?? size.requestsBetweenMishaps
        size.pace = pace ?? size.pace
        size.changesThePast = !steady
        return size
    }
}
