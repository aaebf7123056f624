import Foundation
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import UsageSimulator

/// An installed usaged: the built binary, a configuration file, a database of the running test, and a simulator.
struct Installation: Sendable {
    /// What a finished process left behind.
    struct Finished: Sendable {
        let status: TerminationStatus
        let output: String
        let log: String

        /// The exit status; nil when the process was killed.
        var code: Int32? {
            if case .exited(let code) = status { code } else { nil }
        }
    }

    let simulator: Simulator
    let database: TestDatabase
    /// Leads to `database`, unless the test brought a server of its own.
    let conninfo: String
    let folder: String
    private let pool: PostgresPool

    var configurationFile: String { "\(folder)/usaged.yaml" }

    /// Lends an installation in front of a fresh simulator.
    static func with(
        _ world: World = World(seed: 30),
        script: Script = Script(),
        credentials: [Credential]? = nil,
        conninfo: String? = nil,
        _ body: @Sendable (Installation) async throws -> Void
    ) async throws {
        var script = script
        script.requestsAMinute = 1_000_000
        let database = try TestDatabase.current
        try await withSimulator(world: world, script: script, credentials: credentials, servesControl: true) {
            simulator in
            let folder = "\(NSTemporaryDirectory())/usaged-test-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let conninfo = conninfo ?? database.conninfo
            let pool = PostgresPool(
                PostgresConfiguration(conninfo: conninfo, applicationName: "test", settings: [("TimeZone", "UTC")]),
                size: 2, logger: .silent)
            let installation = Installation(
                simulator: simulator, database: database, conninfo: conninfo, folder: folder, pool: pool)
            try installation.configure()
            do {
                try await body(installation)
                await pool.close()
            } catch {
                await pool.close()
                throw error
            }
        }
    }

    /// A script whose executions are ready at once, so that a process need not wait before its first poll.
    static var prompt: Script {
        var script = Script()
        script.submitStatus = .ok
        script.runningPolls = 0
        return script
    }

    /// Writes the configuration; `change` may spoil it.
    func configure(_ change: (String) -> String = { $0 }) throws {
        let text = """
            database: "\(conninfo)"
            listen: ""
            spool: {directory: \(folder)}
            sources:
              - name: acme
                kind: genesys
                api-url: \(simulator.baseURL)
                login-url: \(simulator.baseURL)
                client-id: \(simulator.clientID)
                client-secret: {env: ACME_SECRET}
                datasets: [organization_query]
                start-date: 2020-01-01
            """
        try change(text).write(toFile: configurationFile, atomically: true, encoding: .utf8)
    }

    /// Rewrites the configuration as it stands now.
    func change(_ change: (String) -> String) throws {
        let text = try String(contentsOfFile: configurationFile, encoding: .utf8)
        try change(text).write(toFile: configurationFile, atomically: true, encoding: .utf8)
    }

    /// Writes the configuration with every dataset of both vendors, owed from a day on.
    func configureEverything(since day: World.Day, _ change: (String) -> String = { $0 }) throws {
        let datasets = "organization_query, client_query, client_summary, simplesearch, organization_jobs, client_jobs"
        let tower = """

              - name: tower
                kind: infodeck
                api-url: \(simulator.infodeck.baseURL)
                organization-id: \(simulator.infodeck.world.organizationID)
                api-key: {env: TOWER_KEY}
                start-date: \(day)
            """
        try configure { text in
            change(
                text.replacing("[organization_query]", with: "[\(datasets)]").replacing("2020-01-01", with: "\(day)")
                    + tower)
        }
    }

    /// A proxy in front of the database, through which the configuration leads from now on.
    func proxied() throws -> FaultProxy {
        let proxy = try database.faultProxy()
        try change { $0.replacing(database.conninfo, with: proxy.conninfo(database: database.name)) }
        return proxy
    }

    /// Runs `usaged` to its end. What it logs is kept for the search for secrets that CI makes. `limitingFilesTo` is the
    /// greatest size in KiB of a file that it may write, as if the disk were full behind it; `log` names what it logs.
    func usaged(
        _ arguments: [String],
        secret: String? = nil,
        key: String? = nil,
        environment: [Environment.Key: String] = [:],
        startedBy launcher: [String] = [],
        limitingFilesTo limit: Int? = nil,
        log name: String = UUID().uuidString,
        whileRunning: @Sendable @escaping (ProcessIdentifier) async throws -> Void = { _ in }
    ) async throws -> Finished {
        let log = logFile(name)
        let output = "\(folder)/\(UUID().uuidString).out"
        let logFile = try FileDescriptor.open(
            FilePath(log), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        let outputFile = try FileDescriptor.open(
            FilePath(output), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        let command = command(arguments, startedBy: launcher, limitingFilesTo: limit)
        let result = try await run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(
                environment.merging([
                    "ACME_SECRET": secret ?? simulator.clientSecret,
                    "OTHER_SECRET": simulator.credentials.last?.clientSecret ?? "",
                    "TOWER_KEY": key ?? simulator.infodeck.apiKey,
                ]) { given, _ in given }
            ),
            input: .none,
            output: .fileDescriptor(outputFile, closeAfterSpawningProcess: true),
            error: .fileDescriptor(logFile, closeAfterSpawningProcess: true)
        ) { execution in
            try await whileRunning(execution.processIdentifier)
        }
        return Finished(
            status: result.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            log: try String(contentsOfFile: log, encoding: .utf8))
    }

    /// The binary beside the tests; or, as CI wants it, another one or the same behind a program that confines it, by
    /// absolute paths with spaces between.
    private static let program =
        ProcessInfo.processInfo.environment["USAGED_UNDER_TEST"]?.split(separator: " ").map(String.init)
        ?? [Repository.builtProduct("usaged")]

    /// The binary with its arguments, behind the program that makes it run somewhere else or the shell that limits it. A
    /// signal that is ignored stays so over `exec`.
    private func command(
        _ arguments: [String], startedBy launcher: [String], limitingFilesTo limit: Int?
    ) -> [String] {
        let level = arguments.contains("--log-level") ? [] : ["--log-level", "trace"]
        let usaged = Self.program + arguments + ["--config", configurationFile] + level
        guard let limit else { return launcher + usaged }
        return ["/bin/bash", "-c", "trap '' XFSZ; ulimit -f \(limit); exec \"$0\" \"$@\""] + launcher + usaged
    }

    func usaged(_ arguments: String..., secret: String? = nil, key: String? = nil) async throws -> Finished {
        try await usaged(arguments, secret: secret, key: key)
    }

    /// Where a process that was given this name for its log leaves it.
    func logFile(_ name: String) -> String { "\(logFolder)/\(name).log" }

    var logFolder: String {
        ProcessInfo.processInfo.environment["USAGED_LOG_FOLDER"] ?? folder
    }

    /// The first column of a query, as texts.
    func texts(_ sql: SQL) async throws -> [String] {
        try await pool.withConnection { connection in
            try connection.query(sql).map { try $0.decode(String.self) }
        }
    }

    /// How many rows and requests analysts see.
    func usage() async throws -> String? {
        try await texts("SELECT concat_ws(' ', count(*), coalesce(sum(requests), 0)) FROM usage.api_usage").first
    }

    /// The simulator's rows and requests of these days, spelled like `usage`.
    func truth(_ first: World.Day, _ last: World.Day) -> String {
        let rows = simulator.world.rows(from: first, through: last)
        return "\(rows.count) \(rows.reduce(Int128(0)) { $0 + Int128($1.requests) })"
    }
}
