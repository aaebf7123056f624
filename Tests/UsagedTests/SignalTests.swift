import Foundation
import Glibc
import Postgres
import Subprocess
import Synchronization
import TestSupport
import Testing
import UsageSimulator

/// The daemon and the signals that an administrator sends it.
@Suite(.database, .timeLimit(.minutes(30)))
struct SignalTests {
    /// Lends an installation whose daemon has had its first complete pass, then asks it to stop.
    private func withDaemon(
        _ seed: UInt64,
        _ body: @Sendable @escaping (Installation, ProcessIdentifier) async throws -> Void
    ) async throws -> Installation.Finished {
        let finished = Mutex<Installation.Finished?>(nil)
        try await Installation.with(World(seed: seed, size: .init(rowsADay: 5)), script: Installation.prompt) {
            usaged in
            try usaged.configure {
                $0.replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(4))")
                    .replacing("spool:", with: "schedule: {every: 1s}\nspool:")
            }
            let ended = try await usaged.usaged(["run"]) { process in
                try await Self.runs(beyond: 0, of: usaged)
                try await body(usaged, process)
                kill(process.value, SIGTERM)
            }
            #expect(ended.code == 0, "\(ended.log)")
            finished.withLock { $0 = ended }
        }
        return try #require(finished.withLock { $0 })
    }

    /// Waits for a complete run that began after those known.
    private static func runs(beyond known: Int, of usaged: Installation) async throws {
        try await eventually("a run after number \(known) is complete", within: .seconds(120)) {
            let number = try await usaged.texts("SELECT count(*)::text FROM ingest.run WHERE outcome = 'complete'")
            return Int(number.first ?? "") ?? 0 > known
        }
    }

    /// Waits until a line of the running process's log holds a text.
    private static func logged(_ text: String, times: Int = 1, by process: ProcessIdentifier) async throws {
        try await eventually("the log says “\(text)”", within: .seconds(120)) {
            let log = try String(contentsOfFile: "/proc/\(process.value)/fd/2", encoding: .utf8)
            return log.split(separator: "\n").count { $0.contains(text) } >= times
        }
    }

    @Test func `SIGHUP takes up a changed configuration, and the log says what is otherwise`() async throws {
        let finished = try await withDaemon(70) { usaged, process in
            kill(process.value, SIGHUP)
            try await Self.logged("configuration read again, nothing has changed", by: process)
            try usaged.change { $0.replacing("[organization_query]", with: "[organization_query, simplesearch]") }
            kill(process.value, SIGHUP)
            try await eventually("the new dataset is read", within: .seconds(120)) {
                try await usaged.texts(
                    "SELECT dataset FROM usage.coverage WHERE dataset = 'simplesearch' AND state <> 'gap'"
                ).isEmpty == false
            }
        }
        let said = "sources.acme.datasets: organization_query → organization_query, simplesearch"
        #expect(finished.log.split(separator: "\n").count { $0.contains(said) } == 1, "\(finished.log)")
    }

    @Test(arguments: [
        ("listen:", "lisen:", "lisen"),
        ("{env: ACME_SECRET}", "{env: NO_SUCH_SECRET}", "NO_SUCH_SECRET"),
        ("spool: {directory: ", "spool: {directory: /proc/none", "/proc/none"),
        ("kind: genesys", "kind: genesys\n    ca-file: /etc/hostname", "ca-file /etc/hostname"),
    ])
    func `a bad configuration changes nothing, and a good one after it is taken`(
        good: String, bad: String, named: String
    ) async throws {
        let finished = try await withDaemon(71) { usaged, process in
            try usaged.change { $0.replacing(good, with: bad) }
            kill(process.value, SIGHUP)
            try await Self.logged("new configuration refused, the old one is kept", by: process)
            let known = Int(try await usaged.texts("SELECT max(run_id)::text FROM ingest.run").first ?? "") ?? 0
            try await eventually("passes go on", within: .seconds(120)) {
                try await usaged.texts("SELECT max(run_id)::text FROM ingest.run").first != "\(known)"
            }
            try usaged.change { $0.replacing(bad, with: good).replacing("every: 1s", with: "every: 2s") }
            kill(process.value, SIGHUP)
            try await Self.logged("schedule.every: 1.0 seconds → 2.0 seconds", by: process)
        }
        let refusals = finished.log.split(separator: "\n").filter { $0.contains("new configuration refused") }
        #expect(refusals.count == 1)
        #expect(refusals.first?.contains(named) == true, "\(refusals)")
    }

    @Test func `a configuration that no vendor lets in gives way to the one before it`() async throws {
        let finished = try await withDaemon(72) { usaged, process in
            // A secret that exists, and is not that of this OAuth client.
            try usaged.change { $0.replacing("{env: ACME_SECRET}", with: "{env: TOWER_KEY}") }
            kill(process.value, SIGHUP)
            try await Self.logged("the one before it is taken up again", by: process)
            let known = try await usaged.texts("SELECT count(*)::text FROM ingest.run WHERE outcome = 'complete'")
            try await Self.runs(beyond: Int(known.first ?? "") ?? 0, of: usaged)
        }
        #expect(finished.log.contains("sources.acme.client-secret: {env: ACME_SECRET} → {env: TOWER_KEY}"))
    }

    @Test
    func `a source that shows only in its first pass to be impossible has the configuration before it taken up again`()
        async throws
    {
        let finished = try await withDaemon(75) { usaged, process in
            try usaged.change { text in
                text + """

                      - name: tower
                        kind: infodeck
                        api-url: \(usaged.simulator.infodeck.baseURL)
                        organization-id: \(usaged.simulator.infodeck.world.organizationID)
                        api-key: {env: TOWER_KEY}
                        time-zone: Mars/Base
                        start-date: \(Installation.daysAgo(3))
                    """
            }
            kill(process.value, SIGHUP)
            try await Self.logged("the one before it is taken up again", by: process)
            let known = try await usaged.texts("SELECT count(*)::text FROM ingest.run WHERE outcome = 'complete'")
            try await Self.runs(beyond: Int(known.first ?? "") ?? 0, of: usaged)
        }
        #expect(finished.log.contains("Mars/Base"))
    }

    @Test func `another database that cannot be worked with is refused, and the work goes on`() async throws {
        let finished = try await withDaemon(76) { usaged, process in
            let good = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
            let refusal = "new configuration refused, the old one is kept"
            // Nobody is there; then a database without a schema.
            for (number, other) in ["host=/nowhere dbname=usage", "\(usaged.conninfo) dbname=postgres"].enumerated() {
                try good.replacing(usaged.conninfo, with: other)
                    .write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
                kill(process.value, SIGHUP)
                try await Self.logged(refusal, times: number + 1, by: process)
            }
            let known = try await usaged.texts("SELECT count(*)::text FROM ingest.run WHERE outcome = 'complete'")
            try await Self.runs(beyond: Int(known.first ?? "") ?? 0, of: usaged)
        }
        #expect(!finished.log.contains("the one before it is taken up again"))
    }

    @Test func `a secret that was exchanged in its place is taken up, and a wrong one given back`() async throws {
        let finished = try await withDaemon(77) { usaged, process in
            let file = "\(usaged.folder)/secret"
            func keep(_ secret: String) throws {
                try secret.write(toFile: file, atomically: true, encoding: .utf8)
                #expect(chmod(file, 0o600) == 0)
            }
            try keep(usaged.simulator.clientSecret)
            try usaged.change { $0.replacing("{env: ACME_SECRET}", with: "{file: \(file)}") }
            kill(process.value, SIGHUP)
            try await Self.logged("configuration changed", by: process)
            try keep("S3cr3t-but-wrong")
            kill(process.value, SIGHUP)
            try await Self.logged("sources.acme: another secret is in its place", by: process)
            try await Self.logged("the one before it is taken up again", by: process)
            let known = try await usaged.texts("SELECT count(*)::text FROM ingest.run WHERE outcome = 'complete'")
            try await Self.runs(beyond: Int(known.first ?? "") ?? 0, of: usaged)
        }
        #expect(!finished.log.contains("S3cr3t"))
    }

    @Test func `a configuration whose port is taken gives way to the one before it`() async throws {
        let finished = try await withDaemon(74) { usaged, process in
            // The simulator's own.
            let taken = usaged.simulator.baseURL.replacing("http://", with: "")
            try usaged.change { $0.replacing("listen: \"\"", with: "listen: \(taken)") }
            kill(process.value, SIGHUP)
            try await Self.logged("the one before it is taken up again", by: process)
            let known = try await usaged.texts("SELECT count(*)::text FROM ingest.run WHERE outcome = 'complete'")
            try await Self.runs(beyond: Int(known.first ?? "") ?? 0, of: usaged)
        }
        #expect(finished.log.contains("listen: nowhere → 127.0.0.1:"))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a second signal ends at once what the first would have let finish, and nothing is half done`(
        signal: Int32
    ) async throws {
        try await Installation.with(World(seed: 73, size: .init(rowsADay: 5)), script: Installation.prompt) { usaged in
            try usaged.configure {
                $0.replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(4))")
            }
            #expect(try await usaged.usaged("run", "--once").code == 0)
            let before = try await usaged.usage()
            let rival = try await usaged.database.connect()
            try await rival.run(timeout: .seconds(60)) { connection in
                try connection.execute("BEGIN")
                try connection.execute("LOCK TABLE ingest.usage_row IN ACCESS EXCLUSIVE MODE")
            }
            // A store waits for this lock, and the first signal lets it wait.
            let range = "\(Installation.daysAgo(3))..\(Installation.daysAgo(2))"
            let finished = try await usaged.usaged(["run", "--backfill", range, "--refetch"]) { process in
                try await eventually("a store waits for the lock", within: .seconds(120)) {
                    try await usaged.texts(
                        """
                        SELECT 'yes' FROM pg_stat_activity
                        WHERE wait_event_type = 'Lock' AND datname = current_database()
                        """
                    ).isEmpty == false
                }
                kill(process.value, signal)
                try await Self.logged("Signal caught", by: process)
                kill(process.value, signal)
            }
            try await rival.run(timeout: .seconds(60)) { try $0.execute("ROLLBACK") }
            await rival.close()
            #expect(finished.code == 75, "\(finished.log)")
            #expect(finished.log.contains("asked twice to stop"), "\(finished.log)")
            #expect(try await usaged.usage() == before)
            // As after a kill: the run has no end.
            #expect(try await usaged.texts("SELECT outcome FROM ingest.run ORDER BY run_id") == ["complete", ""])
        }
    }
}
