import ArgumentParser
import Daemon
import FoundationEssentials
import Infodeck
import UsageDomain
import UsagedConfiguration
import Warehouse

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Asks a vendor what its documents leave open.",
        discussion: """
            --probe-infodeck asks an Infodeck organization for one day with known traffic in several ways: whole, in \
            halves, together with the day before, and in the wrong unit. Answers that contradict each other mean that \
            its numbers must not be trusted. Nothing is stored; six requests are sent, one a second.

              usaged check --probe-infodeck tower --day 2025-06-02

            Exit status 0 only if all comparisons hold; 75 if one does not; 77 if the key is refused.
            """
    )

    @OptionGroup var options: CommonOptions

    @Option(help: ArgumentHelp("Probe this source, which must be of kind infodeck.", valueName: "NAME"))
    var probeInfodeck: String

    @Option(help: ArgumentHelp("A past day with known traffic, in the organization's own zone.", valueName: "DAY"))
    var day: Day

    func run() async throws {
        try await reporting {
            let (program, _) = try options.program()
            guard let source = program.configuration.sources.first(where: { $0.name == probeInfodeck }),
                case .infodeck(let infodeck) = source.kind
            else {
                throw CommandFailure(.badUsage, "--probe-infodeck \(probeInfodeck): \(possibleSources(of: program))")
            }
            // No zone is more than a day ahead of UTC, so nobody needs to be asked whether such a day is over.
            guard day <= Day(containing: Date()) else {
                throw CommandFailure(.badUsage, "--day \(day): it is not over yet; name a past day with known traffic")
            }
            let report = try await Vendors(program).withInfodeck(source, infodeck) { vendor in
                let calendar = try await calendar(infodeck, vendor, program)
                guard day < calendar.day(containing: Date()) else {
                    throw CommandFailure(
                        .badUsage,
                        "--day \(day): it is not over yet in \(calendar.timeZone); name a past day with known traffic")
                }
                print("\(source.name), \(day) in \(calendar.timeZone):")
                let dayBefore = day.advanced(by: -1)
                return try await vendor.probe(
                    day: calendar.start(of: day)..<calendar.end(of: day),
                    dayBefore: calendar.start(of: dayBefore)..<calendar.end(of: dayBefore))
            }
            await program.warehouse.close()
            print(report)
            if !report.holds { throw ExitCode(CommandFailure.Status.tryAgain.rawValue) }
        }
    }

    /// The zone of the configuration, else the vendor's, else UTC.
    private func calendar(
        _ infodeck: UsagedConfiguration.InfodeckSource,
        _ vendor: Infodeck.InfodeckSource,
        _ program: Program
    ) async throws -> DayCalendar {
        let stated = try await vendor.organizationProfile().timeZone
        let zone = infodeck.timeZone ?? (stated.isEmpty ? "UTC" : stated)
        let around = day.advanced(by: -2)...Swift.max(day, Day(containing: Date())).advanced(by: 2)
        guard
            let calendar = try await program.warehouse.calendar(
                of: zone, from: around.lowerBound, through: around.upperBound)
        else { throw WarehouseError.unknownTimeZone(zone, source: probeInfodeck) }
        return calendar
    }

    private func possibleSources(of program: Program) -> String {
        let names = program.configuration.sources.compactMap { source in
            if case .infodeck = source.kind { source.name } else { nil }
        }
        return names.isEmpty
            ? "the configuration has no source of kind infodeck"
            : "the sources of kind infodeck are \(names.joined(separator: ", "))"
    }
}

extension Day: ExpressibleByArgument {
    /// Reads `yyyy-MM-dd`.
    public init?(argument: String) {
        self.init(argument)
    }
}
