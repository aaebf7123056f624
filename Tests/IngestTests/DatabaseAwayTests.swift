import EphemeralPostgres
import Foundation
import Ingest
import Migrations
import Postgres
import ServiceLifecycleTestKit
import TestSupport
import Testing
import Timekeeping
import UsageDomain
import UsageSimulator

/// The database goes away while windows are fetched and stored: nothing is lost, half stored or fetched twice.
@Suite(.database, .serialized, .timeLimit(.minutes(30)))
struct DatabaseAwayTests {
    private static let month = "2025-01-01..2025-01-31"
    /// The real waits, with an end only for a test that hangs.
    private static let patience = DatabasePatience(limit: .seconds(300))
    /// Executions are ready at once: one request for the results, unless they are fetched again.
    private static let prompt = {
        var script = Script()
        script.runningPolls = 0
        return script
    }()

    /// Makes a backfill whose stores are refused until the database was seen to be away; then `mend` is called.
    ///
    /// - Returns: reasons for which the database was away.
    private func backfill(
        _ bench: PassBench, through mend: @escaping @Sendable () async throws -> Void
    ) async throws -> [String] {
        let report = try await withThrowingTaskGroup(of: PassReport?.self) { group in
            group.addTask { try await bench.backfill(Self.month) }
            group.addTask {
                try await eventually("the database is found to be away") { !bench.reasonsAway.isEmpty }
                try await mend()
                return nil
            }
            var report: PassReport?
            for try await result in group { report = result ?? report }
            return report
        }
        #expect(report?.isComplete == true)
        #expect(bench.simulator.ledger.count(of: .submit) == 1)
        #expect(bench.simulator.ledger.count(of: .results) == 1)
        #expect(try await bench.stored() == bench.truth(Self.month))
        #expect(try await bench.states() == ["covered": 31])
        #expect(try await bench.texts("SELECT 'run' FROM ingest.run WHERE finished_at IS NULL") == [])
        #expect(bench.returns == 1)
        return bench.reasonsAway
    }

    @Test(arguments: [
        "40001", "40P01", "53000", "53100", "53200", "55006", "55P03", "57P05", "58030", "25006", "08006",
    ])
    func `what the server says of its own state is waited for in the spool`(sqlState: String) async throws {
        try await PassBench.with(World(seed: 51), script: Self.prompt) { bench in
            var bench = bench
            bench.patience = Self.patience
            // In the middle of the store, after the dimensions and some of the facts.
            _ = try await bench.texts("CREATE TABLE public.fault (code text)")
            _ = try await bench.texts("INSERT INTO public.fault VALUES (\(sqlState))")
            _ = try await bench.texts(
                """
                CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE sqlstate text := (SELECT code FROM public.fault);
                BEGIN
                    IF sqlstate IS NOT NULL AND random() < 0.05 THEN
                        RAISE EXCEPTION 'as the server would say' USING ERRCODE = sqlstate;
                    END IF;
                    RETURN NEW;
                END $$
                """)
            _ = try await bench.texts(
                """
                CREATE TRIGGER refuse BEFORE INSERT ON ingest.usage_row
                FOR EACH ROW EXECUTE FUNCTION public.refuse()
                """)
            let reasons = try await backfill(bench) { [bench] in
                #expect(try await bench.stored() == [])
                _ = try await bench.texts("DELETE FROM public.fault")
            }
            #expect(reasons.count == 1)
            #expect(reasons.first?.contains(sqlState) == true)
        }
    }

    @Test func `an analyst's lock delays the day and does not fail it`() async throws {
        try await PassBench.with(World(seed: 52), script: Self.prompt) { bench in
            var bench = bench
            bench.patience = Self.patience
            let analyst = try await TestDatabase.current.connect()
            try await analyst.run(timeout: .seconds(60)) { connection in
                try connection.execute("BEGIN")
                try connection.execute("LOCK TABLE ingest.usage_row IN ACCESS EXCLUSIVE MODE")
            }
            let reasons = try await backfill(bench) {
                _ = try await analyst.run(timeout: .seconds(60)) { try $0.execute("COMMIT") }
            }
            #expect(reasons.first?.contains("55P03") == true)
        }
    }

    @Test func `a database that was set read-only is written as soon as it may be`() async throws {
        try await PassBench.with(World(seed: 53), script: Self.prompt) { bench in
            var bench = bench
            bench.patience = Self.patience
            let name = try TestDatabase.current.name
            // A session that began before, and may write.
            let administrator = try await TestDatabase.current.connect()
            try await administrator.run(timeout: .seconds(60)) {
                try $0.execute("ALTER DATABASE \(identifier: name) SET default_transaction_read_only = on")
            }
            let reasons = try await backfill(bench) {
                _ = try await administrator.run(timeout: .seconds(60)) {
                    try $0.execute("ALTER DATABASE \(identifier: name) RESET default_transaction_read_only")
                }
            }
            #expect(reasons.first?.contains("25006") == true, "\(reasons)")
        }
    }

    @Test func `a server without a free connection is waited for`() async throws {
        let database = try TestDatabase.current
        let login = "crowded_\(database.name)"
        let administrator = try await database.connect()
        // A superuser would be let in all the same.
        try await administrator.run(timeout: .seconds(60)) { connection in
            try connection.execute("CREATE ROLE \(identifier: login) LOGIN IN ROLE usage_writer")
            try connection.execute("GRANT usage_reader TO \(identifier: login)")
            try connection.execute("ALTER ROLE \(identifier: login) CONNECTION LIMIT 0")
        }
        let conninfo = database.conninfo.replacing("user=postgres", with: "user=\(login)")
        try await PassBench.with(World(seed: 54), script: Self.prompt, conninfo: conninfo) { bench in
            var bench = bench
            bench.patience = Self.patience
            let reasons = try await backfill(bench) {
                _ = try await administrator.run(timeout: .seconds(60)) {
                    try $0.execute("ALTER ROLE \(identifier: login) CONNECTION LIMIT 100")
                }
            }
            #expect(reasons.first?.contains("too many connections") == true)
        }
        try await administrator.run(timeout: .seconds(60)) { connection in
            try connection.execute("DROP OWNED BY \(identifier: login)")
            try connection.execute("DROP ROLE \(identifier: login)")
        }
    }

    @Test func `while it waits for days the server is asked every two seconds, and the log gets one line`() async throws
    {
        let database = try TestDatabase.current
        let proxy = try database.faultProxy(mode: .refuse)
        let clock = TestClock(skipsWaits: true)
        try await PassBench.with(World(seed: 55), conninfo: proxy.conninfo(database: database.name)) { bench in
            var bench = bench
            // An hour, in no time.
            bench.patience = DatabasePatience(limit: .seconds(3_600), timekeeper: Timekeeper(clock))
            let impatient = bench
            let error = await #expect(throws: PostgresError.self) { try await impatient.backfill(Self.month) }
            #expect(error?.isTransient == true)
            #expect(bench.reasonsAway.count == 1)
            #expect((1_440...2_400).contains(clock.waits.count))
            #expect(bench.simulator.ledger.entries.isEmpty)
            proxy.mode = .forward
            let report = try await bench.backfill(Self.month)
            #expect(report.isComplete)
            #expect(bench.returns == 1)
        }
    }

    // MARK: - A server of one's own

    /// Lends a bench on a cluster that may be harmed.
    private func withCluster(
        _ seed: UInt64, script: Script = Script(), _ body: @Sendable (EphemeralPostgres, PassBench) async throws -> Void
    ) async throws {
        try await EphemeralPostgres.withCluster(.init(isDurable: true)) { cluster in
            let configuration = PostgresConfiguration(conninfo: cluster.conninfo(), applicationName: "test")
            let migrator = Migrator(source: try MigrationSource.embedded(), logger: .silent)
            let connection = try await PostgresConnection.connect(configuration, logger: .silent)
            try await migrator.applyRoles(on: connection)
            await connection.close()
            try await migrator.apply(to: configuration)
            try await PassBench.with(World(seed: seed), script: script, conninfo: cluster.conninfo()) { bench in
                var bench = bench
                bench.patience = Self.patience
                try await body(cluster, bench)
            }
        }
    }

    /// An answer that takes a while to arrive, so that something can happen meanwhile.
    private static var slowly: Script {
        var script = Script(faults: [Fault(.completeResults, .nth(1), .drip(bytes: 8_000, every: .milliseconds(20)))])
        script.runningPolls = 0
        return script
    }

    @Test func `a failover is passed unnoticed: gone, then a standby that only reads, then promoted`() async throws {
        try await withCluster(56, script: Self.slowly) { cluster, bench in
            let report = try await withThrowingTaskGroup(of: PassReport.self) { group in
                group.addTask { try await bench.backfill(Self.month) }
                try await bench.simulator.ledger.reaches(1, of: .results)
                try await cluster.stop(.immediate)
                try await eventually("it is found to be away") { !bench.reasonsAway.isEmpty }
                try await cluster.startAgainAsStandby()
                let standby = try await PostgresConnection.connect(
                    PostgresConfiguration(conninfo: cluster.conninfo(), applicationName: "test"), logger: .silent)
                let log = "\(cluster.socketDirectory)/log"
                try await eventually("the standby has refused a write") {
                    // "… in a read-only transaction", "… during recovery"
                    try String(contentsOfFile: log, encoding: .utf8).contains("ERROR:  cannot ")
                }
                let promoted = ContinuousClock.now
                _ = try await standby.run(timeout: .seconds(60)) { try $0.query("SELECT pg_promote()") }
                let report = try #require(try await group.next())
                // Two and a half seconds of waiting and a busy machine's share.
                #expect(ContinuousClock.now - promoted < .seconds(60))
                await standby.close()
                return report
            }
            #expect(report.isComplete)
            #expect(bench.simulator.ledger.count(of: .submit) == 1)
            #expect(bench.simulator.ledger.count(of: .results) == 1)
            #expect(bench.reasonsAway.count == 1)
            #expect(bench.returns == 1)
            #expect(try await bench.stored() == bench.truth(Self.month))
        }
    }

    @Test func `a backend that is killed takes all others with it, and the windows wait`() async throws {
        try await withCluster(57, script: Self.slowly) { cluster, bench in
            let report = try await withThrowingTaskGroup(of: PassReport.self) { group in
                group.addTask { try await bench.backfill(Self.month) }
                try await bench.simulator.ledger.reaches(1, of: .results)
                let victim = try await PostgresConnection.connect(
                    PostgresConfiguration(conninfo: cluster.conninfo(), applicationName: "victim"), logger: .silent)
                #expect(kill(victim.backendPID, SIGKILL) == 0)
                return try #require(try await group.next())
            }
            #expect(report.isComplete)
            #expect(bench.simulator.ledger.count(of: .submit) == 1)
            #expect(bench.simulator.ledger.count(of: .results) == 1)
            #expect(try await bench.stored() == bench.truth(Self.month))
        }
    }

    @Test func `a pass that is told to stop while the database is away ends at once, and the next polls`() async throws
    {
        try await withCluster(58, script: Self.slowly) { cluster, bench in
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = await #expect(throws: CancellationError.self) { try await bench.backfill(Self.month) }
                    }
                    try await bench.simulator.ledger.reaches(1, of: .results)
                    try await cluster.stop(.immediate)
                    try await eventually("it is found to be away") { !bench.reasonsAway.isEmpty }
                    trigger.triggerGracefulShutdown()
                    try await group.waitForAll()
                }
            }
            try await cluster.startAgain()
            #expect(try await bench.stored() == [])
            #expect(try await bench.backfill(Self.month).isComplete)
            #expect(bench.simulator.ledger.count(of: .submit) == 1)
            #expect(try await bench.stored() == bench.truth(Self.month))
        }
    }
}

extension PassBench {
    /// Why the database was found to be away, each time that it was.
    fileprivate var reasonsAway: [String] {
        events.value.compactMap { if case .databaseAway(let reason) = $0 { reason } else { nil } }
    }

    /// How often it was found to be back.
    fileprivate var returns: Int {
        events.value.count { if case .databaseBack = $0 { true } else { false } }
    }
}
