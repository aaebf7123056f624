import ArgumentParser
import Daemon
import FoundationEssentials
import Glibc
import Ingest
import Logging
import Operations
import Timekeeping
import UsageDomain
import UsagedConfiguration

/// The daemon under test: the program of `usaged`, on the simulator's clock. Started by the soak, and killed by it.
struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "The daemon under test; the soak starts it.", shouldDisplay: false)

    @Option(help: "Its configuration file.")
    var config: String

    @Option(help: "Address of the simulator.")
    var simulator: String

    @Option(help: "Read this range of days again, both included, and end, as `usaged --backfill FROM..TO --refetch`.")
    var refetch: String?

    /// How long a vendor may send nothing: hanging answers are many here, and the vendor is on this machine.
    private static let longestSilence = Duration.seconds(1)

    func run() async throws {
        let output = StandardErrorStream()
        let logger = Logger(label: "usaged") { label in
            LineLogHandler(label: label, level: .debug, format: .text, output: output)
        }
        do {
            let clock = try await LeapingClock(baseURL: simulator)
            let configuration = { @Sendable [config] in try ConfigurationLoader(now: clock.date).load(path: config) }
            let program = try Program(
                try configuration(),
                timekeeper: Timekeeper(clock, date: { clock.date }), longestSilence: Self.longestSilence, logger: logger
            )
            if let days = try refetchedDays() {
                let report = try await program.runOnce(
                    .backfill(days, refetching: true), PassSelection(), onEvent: PassLog(logger: logger).receive)
                if let report, let failure = CommandFailure(report) { throw failure }
            } else {
                try await program.runScheduled(PassSelection(), rereading: configuration)
            }
        } catch {
            let failure = CommandFailure(error)
            logger.critical("ends", metadata: ["status": "\(failure.status)", "reason": "\(failure.message)"])
            throw ExitCode(failure.status.rawValue)
        }
    }

    private func refetchedDays() throws -> Range<Day>? {
        guard let refetch else { return nil }
        let ends = refetch.split(separator: ".", omittingEmptySubsequences: true).compactMap { Day(String($0)) }
        guard ends.count == 2, ends[0] <= ends[1] else { throw ValidationError("write FROM..TO") }
        return ends[0]..<ends[1].advanced(by: 1)
    }
}
