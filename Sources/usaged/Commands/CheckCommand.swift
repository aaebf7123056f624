import ArgumentParser
import Daemon
import FoundationEssentials
import Infodeck
import Operations
import UsageDomain
import UsagedConfiguration
import Warehouse

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "The doctor: examines everything that a run needs, and says how to mend what is wrong.",
        discussion: """
            Configuration, secrets, spool, database with its rights and schema, and of each source its login, clock, \
            limits and permissions: all of it at once, each finding with its remedy. Nothing is changed and nothing \
            submitted; a source takes about ten requests, which are counted, and all of it less than a minute. Run it as \
            the user who runs usaged.

            --json prints one object: version (1), examinedAt (ISO 8601), exitStatus, requests (sent, by source) and \
            findings, a list of objects with severity (ok, warning, fault or skipped), name (what was examined, such as \
            database.rights; names stay), source, dataset (empty where all are meant), text and remedy. Fields may be \
            added without another version.

            Exit status 0 only if a run would work, warnings or not; otherwise that of `usaged run --once`.

            --probe-infodeck asks an Infodeck organization for one day with known traffic in several ways: whole, in \
            halves, together with the day before, and in the wrong unit. Answers that contradict each other mean that \
            its numbers must not be trusted. Nothing is stored; six requests are sent, one a second.

              usaged check --probe-infodeck tower --day 2025-06-02

            Its exit status is 0 only if all comparisons hold; 75 if one does not; 77 if the key is refused.
            """
    )

    @OptionGroup var options: CommonOptions

    @Option(help: ArgumentHelp("Probe this source, which must be of kind infodeck.", valueName: "NAME"))
    var probeInfodeck: String?

    @Option(
        help: ArgumentHelp(
            "With --probe-infodeck: a past day with known traffic, in the organization's own zone.", valueName: "DAY"))
    var day: Day?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (probeInfodeck == nil) == (day == nil) else {
            throw ValidationError("--probe-infodeck NAME and --day DAY belong together.")
        }
        if json, probeInfodeck != nil { throw ValidationError("--json and --probe-infodeck exclude each other.") }
    }

    func run() async throws {
        try await reporting(options) {
            if let probeInfodeck, let day {
                try await probe(probeInfodeck, on: day)
            } else {
                try await examine()
            }
        }
    }

    // MARK: - Examining

    private func examine() async throws {
        let report: DoctorReport
        do {
            report = await Doctor(try options.program().0).examine()
        } catch let error as ConfigurationError {
            report = DoctorReport(refused: error, now: Date())
        }
        if json {
            print(try report.json())
        } else {
            print(DoctorText(report, on: .standardOutput(ProcessInfo.processInfo.environment)))
        }
        if let status = report.status { throw ExitCode(status.rawValue) }
    }

    // MARK: - Probing

    private func probe(_ probeInfodeck: String, on day: Day) async throws {
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
            let calendar = try await calendar(of: source.name, infodeck, vendor, around: day, program)
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

    /// The zone of the configuration, else the vendor's, else UTC.
    private func calendar(
        of source: String,
        _ infodeck: UsagedConfiguration.InfodeckSource,
        _ vendor: Infodeck.InfodeckSource,
        around day: Day,
        _ program: Program
    ) async throws -> DayCalendar {
        let stated = try await vendor.organizationProfile().timeZone
        let zone = infodeck.timeZone ?? (stated.isEmpty ? "UTC" : stated)
        let around = day.advanced(by: -2)...Swift.max(day, Day(containing: Date())).advanced(by: 2)
        guard
            let calendar = try await program.warehouse.calendar(
                of: zone, from: around.lowerBound, through: around.upperBound)
        else { throw WarehouseError.unknownTimeZone(zone, source: source) }
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
