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
            let processes = ProcessList()
            let killed = Task { try await usaged.usaged(["run"]) { await processes.note($0) } }
            try await eventually("the first works") { try await usaged.holders() == 1 }
            let finished = try await usaged.usaged(["run"]) { process in
                try await usaged.simulator.ledger.reaches(1, of: .results)
                try await eventually("another waits") { try await usaged.waiters() == 1 }
                let moment = try await usaged.databaseTime()
                for first in await processes.all { kill(first, SIGKILL) }
                try await eventually("the other works") { try await usaged.secondTaking(since: moment) != nil }
                // The server sees at once that a process is gone; two seconds later at the latest where it did not look.
                let seconds = try #require(try await usaged.secondTaking(since: moment))
                #expect(seconds <= 5)
                #expect(try await killed.value.code == nil)
                let asked = usaged.simulator.ledger.count(of: .results)
                try await usaged.simulator.ledger.reaches(asked + 1, of: .results)
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

    @Test func `after a restart of the server a living daemon's source is still its own`() async throws {
        try await EphemeralPostgres.withCluster { cluster in
            try await Installation.with(
                World(seed: 57), script: Installation.prompt, conninfo: cluster.conninfo()
            ) { usaged in
                #expect(try await usaged.usaged("migrate").code == 0)
                try usaged.configure { $0.replacing("start-date: 2020-01-01", with: "start-date: 2026-01-01") }
                let daemon = try await usaged.usaged(["run"]) { process in
                    try await eventually("the daemon has made its pass") {
                        try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count == 1
                    }
                    try usaged.configure { $0.replacing("name: acme", with: "name: rival") }
                    // Stopped, the daemon cannot say that it lives before the other one has looked for it.
                    kill(process.value, SIGSTOP)
                    try await cluster.restart(.immediate)
                    let refused = try await usaged.usaged(["run", "--once"]) { _ in
                        try await eventually("the other has registered") {
                            try await usaged.texts("SELECT 'x' FROM ingest.source WHERE name = 'rival'") == ["x"]
                        }
                        kill(process.value, SIGCONT)
                    }
                    #expect(refused.code == 78, "\(refused.log)")
                    #expect(refused.log.contains("belongs to source acme"))
                    #expect(
                        try await usaged.texts("SELECT name FROM ingest.source WHERE is_configured ORDER BY name")
                            == ["acme", "rival"])
                    kill(process.value, SIGTERM)
                }
                #expect(daemon.code == 0)
            }
        }
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
