import Daemon
import Foundation
import Glibc
import Ingest
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing
import Timekeeping
import UsageSimulator
import UsagedConfiguration
import Warehouse

/// An installation that a case of the doctor spoils, examined and run inside this process.
struct DoctorBench: Sendable {
    let usaged: Installation
    /// What must live as long as the case.
    private let kept = Kept()

    /// OAuth clients of the simulator that may do less than all.
    enum Client: Int {
        case withEverything, withOlderPermission, withNewerPermissions, withNothing
    }

    static func with(_ body: @Sendable (DoctorBench) async throws -> Void) async throws {
        let world = World(seed: 90, size: .init(rowsADay: 1))
        let ids = world.clients.filter { $0.isListed && $0.state == .active }.map(\.id)
        let credentials = [
            Simulator.defaultCredential(of: world),
            Credential(clientID: ids[1], clientSecret: "older-S3cr3t", permissions: ["oauth:client:view"]),
            Credential(
                clientID: ids[2], clientSecret: "newer-S3cr3t",
                permissions: ["usage:organization:view", "usage:client:view", "usage:simpleSearch:view"]),
            Credential(clientID: ids[3], clientSecret: "bare-S3cr3t", permissions: []),
        ]
        try await Installation.with(world, script: Installation.prompt, credentials: credentials) { usaged in
            let bench = DoctorBench(usaged: usaged)
            try bench.store(usaged.simulator.clientSecret, as: "acme-secret")
            try bench.store(usaged.simulator.infodeck.apiKey, as: "tower-key")
            try bench.configure()
            try await body(bench)
        }
    }

    private init(usaged: Installation) {
        self.usaged = usaged
    }

    var simulator: Simulator { usaged.simulator }

    // MARK: - Arranging

    /// Writes a file that only its owner may read.
    func store(_ secret: String, as name: String, mode: mode_t = 0o600) throws {
        try secret.write(toFile: "\(usaged.folder)/\(name)", atomically: true, encoding: .utf8)
        chmod("\(usaged.folder)/\(name)", mode)
    }

    private func configure() throws {
        try usaged.configure { text in
            text.replacing("{env: ACME_SECRET}", with: "{file: \(usaged.folder)/acme-secret}")
                .replacing("2020-01-01", with: "\(Installation.daysAgo(2))")
        }
    }

    /// Changes the configuration's text.
    func edit(_ old: String, _ new: String) throws {
        let text = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
        guard text.contains(old) else { throw NotInConfiguration(text: old) }
        try text.replacing(old, with: new).write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
    }

    struct NotInConfiguration: Error {
        let text: String
    }

    /// Logs in as another OAuth client, and asks for these datasets.
    func log(inAs client: Client, for datasets: String) throws {
        let credential = simulator.credentials[client.rawValue]
        try edit(simulator.clientID, credential.clientID)
        try edit("[organization_query]", "[\(datasets)]")
        try store(credential.clientSecret, as: "acme-secret")
    }

    /// Adds a second source of the same organization, as the same OAuth client or another.
    func addSecondAccount(as client: Client) throws {
        let text = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
        let beginning = text.firstRange(of: "  - name: acme")?.lowerBound ?? text.endIndex
        let credential = simulator.credentials[client.rawValue]
        try store(credential.clientSecret, as: "emca-secret")
        let second = text[beginning...].replacing("acme\n", with: "emca\n")
            .replacing("acme-secret", with: "emca-secret").replacing(simulator.clientID, with: credential.clientID)
        try "\(text)\n\(second)".write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
    }

    /// Puts an Infodeck source in the place of the first one.
    func useInfodeck(more: String = "") throws {
        let text = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
        let beginning = text.firstRange(of: "  - name: acme")?.lowerBound ?? text.endIndex
        let tower = """
              - name: tower
                kind: infodeck
                api-url: \(simulator.infodeck.baseURL)
                organization-id: \(simulator.infodeck.world.organizationID)
                api-key: {file: \(usaged.folder)/tower-key}
                start-date: \(Installation.daysAgo(2))
            \(more)
            """
        try "\(text[..<beginning])\(tower)".write(
            toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
    }

    /// Logs in to the database as a new login with these attributes; it goes with its cluster.
    func useLogin(_ attributes: String, beforehand: SQL? = nil) async throws -> String {
        let login = "doctor_\(usaged.database.name)"
        _ = try await usaged.texts("DROP ROLE IF EXISTS \(identifier: login)")
        _ = try await usaged.texts("CREATE ROLE \(identifier: login) LOGIN \(unsafe: attributes)")
        try edit("user=postgres", "user=\(login)")
        return login
    }

    func execute(_ sql: SQL) async throws {
        _ = try await usaged.texts(sql)
    }

    var simulatorPort: Int {
        get throws { try #require(URL(string: simulator.baseURL)?.port) }
    }

    /// Says in the database that another living process is configured for a source.
    func claimPresence(of source: String) async throws {
        let warehouse = Warehouse(conninfo: usaged.conninfo, logger: .silent)
        keep(try await Presence(of: [source], in: warehouse.lockSession))
    }

    func keep(_ value: any Sendable) {
        kept.append(value)
    }

    // MARK: - Acting

    private func program(clockOffset: TimeInterval, longestSilence: Duration) throws -> Program {
        try Program(
            try ConfigurationLoader(now: Date()).load(path: usaged.configurationFile),
            timekeeper: Timekeeper(date: { Date().addingTimeInterval(clockOffset) }),
            longestSilence: longestSilence, logger: .silent)
    }

    /// What `usaged check` finds.
    func examine(
        clockOffset: TimeInterval = 0, longestSilence: Duration = .seconds(60)
    ) async throws -> DoctorReport {
        do {
            return await Doctor(try program(clockOffset: clockOffset, longestSilence: longestSilence)).examine()
        } catch let error as ConfigurationError {
            return DoctorReport(refused: error, now: Date())
        }
    }

    /// What `usaged run --once` ends with.
    func run(clockOffset: TimeInterval = 0) async throws -> Int32 {
        do {
            let report = try await program(clockOffset: clockOffset, longestSilence: .seconds(60)).runOnce(
                .once, PassSelection(), waitingForDatabase: .zero, onEvent: { _ in })
            return report.flatMap { CommandFailure($0)?.status.rawValue } ?? 0
        } catch {
            return CommandFailure(error).status.rawValue
        }
    }
}

/// Holds what a case has opened.
private final class Kept: Sendable {
    private let values = Mutex<[any Sendable]>([])

    func append(_ value: any Sendable) {
        values.withLock { $0.append(value) }
    }
}
