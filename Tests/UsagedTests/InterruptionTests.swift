import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// Signals, kills and rivals in the middle of the work.
@Suite(.database, .timeLimit(.minutes(30)))
struct InterruptionTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal ends a backfill with 75 and nothing half done`(signal: Int32) async throws {
        var script = Script()
        script.runningPolls = 1_000
        try await Installation.with(script: script) { usaged in
            let finished = try await usaged.usaged(["run", "--backfill", "2025-01-01..2025-02-28"]) { process in
                try await usaged.simulator.ledger.reaches(1, of: .results)
                kill(process.value, signal)
            }
            #expect(finished.code == 75, "\(finished.log)")
            #expect(try await usaged.texts("SELECT outcome FROM ingest.run") == ["cancelled"])
            #expect(try await usaged.usage() == "0 0")
        }
    }

    @Test func `killed while an execution runs, the next start polls it instead of submitting again`() async throws {
        var script = Script()
        script.runningPolls = 1_000
        try await Installation.with(script: script) { usaged in
            let killed = try await usaged.usaged(["run", "--backfill", "2025-01-01..2025-01-31"]) { process in
                try await usaged.simulator.ledger.reaches(1, of: .results)
                kill(process.value, SIGKILL)
            }
            #expect(killed.code == nil)
            usaged.simulator.rewrite { $0.runningPolls = 0 }
            #expect(try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31").code == 0)
            #expect(usaged.simulator.ledger.count(of: .submit) == 1)
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 1), .init(2025, 1, 31)))
        }
    }

    @Test func `the daemon makes a pass and ends with 0 when it is asked to stop`() async throws {
        try await Installation.with(World(seed: 32, size: .init(rowsADay: 5)), script: Installation.prompt) { usaged in
            try usaged.configure { $0.replacing("start-date: 2020-01-01", with: "start-date: 2026-01-01") }
            let finished = try await usaged.usaged(["run"]) { process in
                try await eventually("a run is complete", within: .seconds(600)) {
                    try await usaged.texts("SELECT outcome FROM ingest.run") == ["complete"]
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try await usaged.texts("SELECT DISTINCT state FROM usage.coverage WHERE state = 'gap'") == [])
        }
    }

    @Test func `two backfills of one range at once end with the truth`() async throws {
        try await Installation.with(World(seed: 33), script: Installation.prompt) { usaged async throws in
            async let first = usaged.usaged("run", "--backfill", "2025-01-01..2025-04-30")
            async let second = usaged.usaged("run", "--backfill", "2025-01-01..2025-04-30")
            #expect(try await first.code == 0)
            #expect(try await second.code == 0)
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 1), .init(2025, 4, 30)))
        }
    }
}
