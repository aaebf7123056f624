import ArgumentParser
import Glibc
import Logging
import UsageSimulator

/// Which organization is served.
enum OrganizationKind: String, ExpressibleByArgument, CaseIterable {
    case generated, recorded
}

@main
struct UsageSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage-simulator",
        abstract:
            "A fake of the usage endpoints of Genesys Cloud and Infodeck, for trials and tests without an account.",
        discussion: """
            Prints its address, a client id and secret, an API key, and sources for usaged.yaml; then answers until it is \
            interrupted.

            Infodeck is served below the path /infodeck, always as it should be; faults, switches and sizes are of Genesys \
            Cloud. Faults are written ENDPOINT[#WHEN][~TEXT]=EFFECT, for example
              --fault results#2=503,retry-after:1 --fault complete=truncate:1000
            ENDPOINT  token organization clients limits submit results
                      client-submit client-summary client-results
                      search-submit search-results jobs-submit jobs-results
                      client-jobs-submit client-jobs-results other, or
                      complete client-complete search-complete jobs-complete
                      client-jobs-complete: results (a page of them) that would
                      otherwise be complete
            WHEN      2 (the second), 1-3, /5 (every fifth); without it always
            TEXT      only requests that mention this text
            EFFECT    a status, such as 503 or 429,retry-after:1
                      html:502, hang, reset, delay:MILLISECONDS
                      cut:BYTES, truncate:BYTES, stall:BYTES
                      drip:BYTES:MILLISECONDS
                      status:QUERYSTATUS, expire-token, restate:DAY+DAY
                      cap:ROWS, row:FIELD=JSON, row@7:FIELD=JSON,
                      row:-FIELD, row:duplicate
                      page:FAULT, one of
                      \(UsageSimulatorCommand.list(PageFault.allCases.map(\.rawValue), indent: 10))

            What nobody knows of the real API is a switch: --set NAME=SETTING, the first setting being the default.
            \(UsageSimulatorCommand.switches)

            Paths of its own, which need no token:
              GET /simulator/ledger                   every request to either so far
              GET /simulator/world                    names and ids
              GET /simulator/truth?dataset=organization_query&from=DAY&through=DAY
                                                      what the dataset must hold
              POST /simulator/restate?day=2025-09-01  changes a past day
              POST /simulator/script?set=row-limit=refused&fault=submit=503
                                                      changes switches, replaces faults
            """
    )

    @Option(help: "Port on 127.0.0.1; 0 takes any free one.")
    var port = 8089

    @Option(help: "The same seed makes the same organization.")
    var seed: UInt64 = 7

    @Option(help: "generated, or recorded: the answer that Genesys published for February 2020.")
    var organization = OrganizationKind.generated

    @Option(help: "Rows a day of the generated organization.")
    var rowsADay = 60

    @Option(help: "OAuth clients of the generated organization.")
    var clients = 24

    @Option(help: "Requests a minute and token before 429.")
    var requestsAMinute = 300

    @Option(help: "How often an execution answers Running before it is complete.")
    var runningPolls = 1

    @Option(help: "OAuth clients that share one name.")
    var sharedNames = 0

    @Option(help: "Organizations, besides the own one, in which the clients are used.")
    var callingOrganizations = 2

    @Option(help: "Platforms that the newer endpoints tell.")
    var platforms = 3

    @Flag(help: "Every day of the generated organization has exactly so many rows.")
    var steady = false

    @Flag(help: "Names and counters of the generated organization are pleasant to look at, instead of awkward.")
    var ordinary = false

    @Option(name: .customLong("set"), help: "A switch and its setting; may be given again.")
    var settings: [String] = []

    @Option(name: .customLong("fault"), help: "Something that goes wrong; may be given again.")
    var faults: [String] = []

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port lies between 0 and 65535.") }
        guard rowsADay >= 0, clients > 0, requestsAMinute > 0, runningPolls >= 0, sharedNames >= 0,
            callingOrganizations >= 0, platforms > 0
        else {
            throw ValidationError("Sizes are positive numbers.")
        }
        do {
            _ = try script()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        try await withSimulator(
            world: try world(),
            script: try script(),
            port: port,
            servesControl: true,
            logger: Logger(label: "usage-simulator")
        ) { simulator in
            print(greeting(simulator))
            // A pipe is buffered, and whoever started this waits for the address.
            fflush(nil)
            let century = Duration.seconds(3_155_760_000)
            try await Task.sleep(for: century)
        }
    }

    private func script() throws -> Script {
        var script = Script(faults: try faults.map(Fault.init))
        for setting in settings {
            try script.set(setting)
        }
        script.requestsAMinute = requestsAMinute
        script.runningPolls = runningPolls
        return script
    }

    private func world() throws -> World {
        guard organization == .generated else { return try World.recorded() }
        var size = World.Size(clients: clients, rowsADay: rowsADay, isSteady: steady)
        size.clientsSharingAName = sharedNames
        size.callingOrganizations = callingOrganizations
        size.platforms = platforms
        size.isOrdinary = ordinary
        return World(seed: seed, size: size)
    }

    private static var switches: String {
        Script.unknowns.map { "  \($0.name): \($0.settings.joined(separator: " "))" }.joined(separator: "\n")
    }

    private static func list(_ words: [String], indent: Int) -> String {
        stride(from: 0, to: words.count, by: 4)
            .map { words[$0..<min($0 + 4, words.count)].joined(separator: " ") }
            .joined(separator: "\n" + String(repeating: " ", count: indent))
    }

    private func greeting(_ simulator: Simulator) -> String {
        let infodeck = simulator.infodeck
        return """
            Listening on \(simulator.baseURL)
              organization   \(simulator.world.organization.name)
              client id      \(simulator.clientID)
              client secret  \(simulator.clientSecret)
              newest day     \(simulator.newestPublishedDay)
              Infodeck       \(infodeck.baseURL)
              its id         \(infodeck.world.organizationID)
              its API key    \(infodeck.apiKey)
              ledger         \(simulator.baseURL)/simulator/ledger

            For the shell that starts usaged:

            export SIMULATOR_SECRET=\(simulator.clientSecret)
            export INFODECK_KEY=\(infodeck.apiKey)

            For usaged.yaml, below its line `database:`

            sources:
              - name: simulator
                kind: genesys
                api-url: \(simulator.baseURL)
                login-url: \(simulator.baseURL)
                client-id: \(simulator.clientID)
                client-secret: {env: SIMULATOR_SECRET}
                datasets: [\(datasets)]
                start-date: \(startDate(simulator))
              - name: tower
                kind: infodeck
                api-url: \(infodeck.baseURL)
                organization-id: \(infodeck.world.organizationID)
                api-key: {env: INFODECK_KEY}
                start-date: \(simulator.newestPublishedDay.advanced(by: -29))

            """
    }

    /// The recorded organization has days of 2020 only, which the newer family has forgotten.
    private var datasets: String {
        organization == .recorded
            ? "organization_query"
            : "organization_query, client_query, client_summary, simplesearch, organization_jobs, client_jobs"
    }

    /// A month, so that a first run with every dataset takes some minutes: it keeps to the allowance.
    private func startDate(_ simulator: Simulator) -> String {
        organization == .recorded ? "2020-02-01" : "\(simulator.newestPublishedDay.advanced(by: -29))"
    }
}
