import Ingest
import Migrations
import Postgres
import Timekeeping
import UsageDomain
import UsagedConfiguration
import Warehouse

/// The database: whether it can be reached, over what, and whether the loader may do there what it must.
struct DatabaseExamination {
    /// What later parts want to know of it.
    struct Outcome: Sendable {
        var findings: [Finding] = []
        /// Whether its tables can be read as this program knows them.
        var isUsable = false
        /// The configured sources for which another process runs.
        var living: [String] = []
    }

    private static let question = Duration.seconds(8)

    private let program: Program
    private let time: ExaminationTime

    init(_ program: Program, time: ExaminationTime) {
        self.program = program
        self.time = time
    }

    private var configuration: PostgresConfiguration {
        var configuration = PostgresConfiguration(
            conninfo: program.configuration.database, applicationName: "usaged check",
            connectTimeout: time.left(Self.question))
        configuration.settings = [("TimeZone", "UTC"), ("search_path", "pg_catalog, pg_temp"), ("lock_timeout", "3s")]
        return configuration
    }

    func perform() async -> Outcome {
        let connection: PostgresConnection
        do {
            connection = try await PostgresConnection.connect(configuration, logger: program.logger)
        } catch {
            return Outcome(findings: [
                unreachable(error),
                .skipped("schema", because: "the database cannot be reached"),
            ])
        }
        let outcome = await examine(connection)
        await connection.close()
        return outcome
    }

    private func examine(_ connection: PostgresConnection) async -> Outcome {
        var outcome = Outcome()
        do {
            let facts = try await connection.run(timeout: time.left(Self.question)) { try ServerFacts(on: $0) }
            let link = await connection.link
            outcome.findings += ServerJudgement(facts, link, program).findings()
            outcome.findings.append(await pooling(connection))
            let schema = try await SchemaExamination(program, facts: facts, time: time).perform(on: connection)
            outcome.findings += schema.findings
            outcome.isUsable = schema.isReadable
            if schema.isReadable {
                outcome.living = try await program.warehouse.livingSources(
                    of: program.configuration.sources.map(\.name))
                outcome.findings += try await unknownTimeZones()
            }
        } catch {
            let failure = CommandFailure(error)
            outcome.findings.append(
                .fault(
                    "database", failure.message, remedy: "look into the server's log, and try again",
                    .command(failure.status)))
            outcome.isUsable = false
        }
        return outcome
    }

    // MARK: - Reaching it

    private func unreachable(_ error: any Error) -> Finding {
        let failure = CommandFailure(error)
        guard let error = error as? PostgresError else {
            return .fault("database", failure.message, remedy: "try again", .command(failure.status))
        }
        let remedy =
            switch (failure.status, error.sqlState) {
            case (_, "3D000"): "create it (createdb), or correct the name in the key database"
            case (.badConfiguration, _): "correct the key database, or the file that it names"
            case (_, "53300"):
                "too many connections are open: raise max_connections or the limit of the login, or end others"
            case (.noPermission, _):
                "let the login in: pg_hba.conf, its password (PGPASSFILE) or certificate, its name in the key database"
            default: "start PostgreSQL, or correct host and port in the key database; look at firewalls between"
            }
        // libpq says what and why on a line each.
        let lines = error.description.split(separator: "\n").map { $0.drop { $0 == "\t" || $0 == " " } }
        return .fault("database", lines.joined(separator: " "), remedy: remedy, .command(failure.status))
    }

    // MARK: - Sessions

    /// A pooler that lends sessions for a transaction gives the idle session of one client to another: if a second client
    /// is in a transaction, the first one's next statement runs elsewhere.
    private func pooling(_ connection: PostgresConnection) async -> Finding {
        do {
            let first = try await backend(of: connection)
            let other = try await PostgresConnection.connect(configuration, logger: program.logger)
            let second: Int32
            do {
                try await other.run(timeout: time.left(Self.question)) { try $0.execute("BEGIN") }
                second = try await backend(of: connection)
                await other.close()
            } catch {
                await other.close()
                throw error
            }
            guard first == second else {
                let failure = CommandFailure(WarehouseError.sessionNotKept)
                return .fault(
                    "database.sessions",
                    "another session of the server answers each time, as through a pooler in transaction mode",
                    remedy: "connect to the server itself, or to a pool in session mode (the key database)",
                    .command(failure.status))
            }
            return .ok("database.sessions", "the connection keeps its session")
        } catch {
            return .skipped("database.sessions", because: "no second connection could be had: \(error)")
        }
    }

    private func backend(of connection: PostgresConnection) async throws -> Int32 {
        try await connection.run(timeout: time.left(Self.question)) { connection in
            try connection.query("SELECT pg_backend_pid()").first?.decode(Int32.self) ?? 0
        }
    }

    // MARK: - Time zones

    /// PostgreSQL computes local days, so it must know the zones that the configuration names.
    private func unknownTimeZones() async throws -> [Finding] {
        var findings: [Finding] = []
        let today = Day(containing: program.timekeeper.date)
        for source in program.configuration.sources {
            guard case .infodeck(let infodeck) = source.kind, let zone = infodeck.timeZone else { continue }
            let warehouse = program.warehouse
            let calendar = try await time.within(Self.question) {
                try await warehouse.calendar(of: zone, from: today, through: today)
            }
            guard calendar == nil else {
                findings.append(.ok("time-zone", of: source.name, "\(zone), as configured"))
                continue
            }
            findings.append(
                .fault(
                    "time-zone", of: source.name, "PostgreSQL does not know the time zone \"\(zone)\"",
                    remedy: "name one of pg_timezone_names, as Asia/Taipei (time-zone)", .command(.badConfiguration)))
        }
        return findings
    }
}
