import EphemeralPostgres
import Foundation
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// Two processes on one database.
@Suite(.database, .serialized, .timeLimit(.minutes(30)))
struct TwoProcessTests {
    private static var endless: Script {
        var script = Script()
        script.runningPolls = 1_000_000
        return script
    }

    @Test func `two daemons divide the work, and no window is submitted twice`() async throws {
        try await Installation.with(World(seed: 51), script: Installation.prompt) { usaged in
            try usaged.configure { $0.replacing("start-date: 2020-01-01", with: "start-date: 2025-01-01") }
            try await withThrowingTaskGroup(of: Installation.Finished.self) { group in
                let processes = ProcessList()
                for _ in 1...2 {
                    group.addTask { try await usaged.usaged(["run"]) { await processes.note($0) } }
                }
                try await eventually("both have made a pass") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count >= 2
                }
                for process in await processes.all { kill(process, SIGTERM) }
                for try await finished in group { #expect(finished.code == 0, "\(finished.log)") }
            }
            let submits = usaged.simulator.ledger.entries(of: .submit).map(\.body)
            #expect(Set(submits).count == submits.count)
            #expect(try await usaged.texts("SELECT 'x' FROM usage.coverage WHERE state = 'gap'") == [])
        }
    }

    @Test func `when the daemon that works is killed, the one that waits goes on with its executions`() async throws {
        try await Installation.with(World(seed: 52), script: Self.endless) { usaged in
            try usaged.configure { $0.replacing("start-date: 2020-01-01", with: "start-date: 2025-11-01") }
            let killed = Task {
                try await usaged.usaged(["run"]) { process in
                    try await usaged.simulator.ledger.reaches(1, of: .results)
                    try await eventually("another waits") { try await usaged.waiters() == 1 }
                    kill(process.value, SIGKILL)
                }
            }
            try await eventually("the first works") { try await usaged.holders() == 1 }
            let finished = try await usaged.usaged(["run"]) { process in
                #expect(try await killed.value.code == nil)
                let asked = usaged.simulator.ledger.count(of: .results)
                let began = ContinuousClock.now
                try await usaged.simulator.ledger.reaches(asked + 1, of: .results)
                #expect(ContinuousClock.now - began < .seconds(60))
                usaged.simulator.rewrite { $0.runningPolls = 0 }
                try await eventually("all is covered") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count == 1
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0)
            #expect(finished.log.contains("another process works on the source"))
            // Three windows are under way: a submission that was when the process was killed has an answer that was never written down.
            let submits = usaged.simulator.ledger.entries(of: .submit).map(\.body)
            #expect(submits.count - Set(submits).count <= 3)
        }
    }

    @Test func `a daemon between two ticks takes over what a killed process left`() async throws {
        try await Installation.with(World(seed: 53), script: Installation.prompt) { usaged in
            try usaged.configure { $0.replacing("start-date: 2020-01-01", with: "start-date: 2026-01-01") }
            let finished = try await usaged.usaged(["run"]) { process in
                try await eventually("the daemon has made its pass") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count == 1
                }
                usaged.simulator.rewrite { $0.runningPolls = 1_000_000 }
                let asked = usaged.simulator.ledger.count(of: .results)
                let killed = try await usaged.usaged(["run", "--backfill", "2025-01-01..2025-01-31"]) { backfill in
                    try await usaged.simulator.ledger.reaches(asked + 1, of: .results)
                    kill(backfill.value, SIGKILL)
                }
                #expect(killed.code == nil)
                try await eventually("the daemon makes another pass, an hour before its tick") {
                    try await usaged.texts(
                        "SELECT 'x' FROM ingest.run WHERE kind = 'scheduled' AND outcome = 'complete'"
                    ).count == 2
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0)
        }
    }

    @Test func `a source that another process holds is waited for, and the others go on`() async throws {
        try await Installation.with(World(seed: 54), script: Installation.prompt) { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(3)) {
                $0.replacing(#/datasets: \[.*\]/#, with: "datasets: [organization_query]")
            }
            let holder = try await usaged.database.connect()
            try await holder.run(timeout: .seconds(60)) { connection in
                try connection.execute("SELECT pg_advisory_lock(hashtextextended('usaged source acme', 0))")
            }
            let finished = try await usaged.usaged(["run", "--once"]) { _ in
                try await eventually("the other source is done") { try await !usaged.storedChannels().isEmpty }
                try await eventually("the first waits") { try await usaged.waiters() == 1 }
                #expect(usaged.simulator.ledger.count(of: .submit) == 0)
                await holder.close()
            }
            #expect(finished.code == 0, "\(finished.log)")
            #expect(finished.log.contains("another process works on the source"))
            #expect(try await usaged.texts("SELECT outcome FROM ingest.run") == ["complete"])
            #expect(usaged.simulator.ledger.count(of: .submit) > 0)
        }
    }

    @Test func `another configuration neither drops a living daemon's source nor takes over its organization`()
        async throws
    {
        try await Installation.with(World(seed: 55), script: Installation.prompt) { usaged in
            try usaged.configure { $0.replacing("start-date: 2020-01-01", with: "start-date: 2026-01-01") }
            let daemon = try await usaged.usaged(["run"]) { process in
                try await eventually("the daemon has made its pass") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count == 1
                }
                try usaged.configure { $0.replacing("name: acme", with: "name: rival") }
                let refused = try await usaged.usaged("run", "--once")
                #expect(refused.code == 78)
                #expect(refused.log.contains("belongs to source acme"))
                #expect(
                    try await usaged.texts("SELECT name FROM ingest.source WHERE is_configured ORDER BY name")
                        == ["acme", "rival"])
                kill(process.value, SIGTERM)
            }
            #expect(daemon.code == 0)
            try usaged.configure {
                $0.replacing("name: acme", with: "name: rival")
                    .replacing("start-date: 2020-01-01", with: "start-date: 2026-01-01")
            }
            #expect(try await usaged.usaged("run", "--once").code == 0)
            #expect(try await usaged.texts("SELECT name FROM ingest.source WHERE is_configured") == ["rival"])
        }
    }

    @Test(.enabled(if: NetworkNamespace.isAvailable, "making network namespaces needs root and iproute2"))
    func `a daemon whose link is cut sends nothing more, and the other takes over`() async throws {
        let rules = "/tmp/usaged-hba-\(UUID().uuidString)"
        try "local all all trust\nhost all all all trust\n".write(toFile: rules, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: rules) }
        var options = EphemeralPostgres.Options(listensOnTCP: true)
        options.settings = ["listen_addresses": "*", "hba_file": rules]
        try await EphemeralPostgres.withCluster(options) { cluster in
            try await NetworkNamespace.with { namespace in
                try await Installation.with(World(seed: 56), script: Self.endless, conninfo: cluster.conninfo()) {
                    try await cutLink(of: namespace, to: cluster, $0)
                }
            }
        }
    }

    private func cutLink(
        of namespace: NetworkNamespace, to cluster: EphemeralPostgres, _ usaged: Installation
    ) async throws {
        let url = try #require(URL(string: usaged.simulator.baseURL))
        let road = try FaultProxy(
            to: .tcp(host: "127.0.0.1", port: UInt16(try #require(url.port))), namespace: namespace.file)
        defer { road.close() }
        func configure(_ database: String, _ url: String) throws {
            try usaged.configure {
                $0.replacing(cluster.conninfo(), with: database).replacing(usaged.simulator.baseURL, with: url)
                    .replacing("start-date: 2020-01-01", with: "start-date: 2025-11-01")
            }
        }
        #expect(try await usaged.usaged("migrate").code == 0)
        try configure(
            "host=\(namespace.address) port=\(cluster.port) user=postgres dbname=postgres",
            "http://127.0.0.1:\(road.port)")
        let cut = Task {
            try await usaged.usaged(["run"], within: namespace) { process in
                try await usaged.simulator.ledger.reaches(1, of: .results)
                try await eventually("another waits") { try await usaged.waiters() == 1 }
                let began = ContinuousClock.now
                try await namespace.pull(true)
                try await eventually("the other works") { try await usaged.holders(at: .here) == 1 }
                let elapsed = ContinuousClock.now - began
                let sent = road.traffic.bytes
                #expect(elapsed < .seconds(60))
                let asked = usaged.simulator.ledger.count(of: .results)
                try await usaged.simulator.ledger.reaches(asked + 3, of: .results)
                #expect(road.traffic.bytes == sent)
                usaged.simulator.rewrite { $0.runningPolls = 0 }
                try await eventually("the other is done") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count == 1
                }
                #expect(road.traffic.bytes == sent)
                try await namespace.pull(false)
                try await eventually("the first has seen that there is nothing left to do") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count >= 2
                }
                kill(process.value, SIGTERM)
            }
        }
        try await eventually("the first works") { try await usaged.holders(at: .elsewhere) == 1 }
        try configure(cluster.conninfo(), usaged.simulator.baseURL)
        let other = try await usaged.usaged(["run"]) { process in
            let first = try await cut.value
            #expect(first.code == 0, "\(first.log)")
            kill(process.value, SIGTERM)
        }
        #expect(other.code == 0)
        // Three windows are under way: a submission that was when the cable was pulled has an answer that could not be written down.
        let submits = usaged.simulator.ledger.entries(of: .submit).map(\.body)
        #expect(submits.count - Set(submits).count <= 3)
    }
}

extension Installation {
    /// Where a session comes from.
    fileprivate enum Origin: String {
        case here = "client_addr IS NULL"
        case elsewhere = "client_addr IS NOT NULL"
        case anywhere = "true"
    }

    /// How many sessions have the lock of the source.
    fileprivate func holders(at origin: Origin = .anywhere) async throws -> Int {
        try await sessions("granted AND \(unsafe: origin.rawValue)")
    }

    /// How many sessions wait for the lock of the source.
    fileprivate func waiters() async throws -> Int {
        try await sessions("NOT granted")
    }

    private func sessions(_ condition: SQL) async throws -> Int {
        try await texts(
            """
            SELECT pid::text
            FROM pg_locks
            INNER JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND objsubid = 1 AND (\(condition))
                AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (classid::bigint << 32) | objid::bigint = hashtextextended('usaged source acme', 0)
            """
        ).count
    }
}

/// Processes that were started side by side.
private actor ProcessList {
    private var processes: [pid_t] = []

    func note(_ process: ProcessIdentifier) {
        processes.append(process.value)
    }

    var all: [pid_t] { processes }
}
