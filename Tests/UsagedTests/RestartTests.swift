import Foundation
import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// What a process that was killed leaves to the next one.
@Suite(.database, .timeLimit(.minutes(30)))
struct RestartTests {
    @Test func `however often it is killed and started, requests stay evenly spread`() async throws {
        try await Installation.with(World(seed: 61, size: .init(rowsADay: 5)), script: Installation.prompt) { usaged in
            // 96 a minute may be sent: one in 0.63 s.
            usaged.simulator.rewrite { $0.requestsAMinute = 120 }
            for start in 1...8 {
                let killed = try await usaged.usaged(["run", "--backfill", "2025-01-01..2025-12-31"]) { process in
                    try await eventually("two more requests", within: .seconds(120)) {
                        usaged.simulator.ledger.entries.count >= 2 * start
                    }
                    kill(process.value, SIGKILL)
                }
                #expect(killed.code == nil)
            }
            let times = usaged.simulator.ledger.entries.map(\.time)
            for (index, time) in times.enumerated() {
                let within = times[index...].prefix { $0 < time.addingTimeInterval(6) }.count
                // Nine intervals fit, and what a busy machine delays may come one closer to the next.
                #expect(within <= 11, "\(times.map { $0.timeIntervalSince(times[0]) })")
            }
            #expect(try await usaged.texts("SELECT allowance::text FROM ingest.source") == ["120"])
        }
    }

    @Test func `killed while it waits out a silence, the next start waits for the rest of it`() async throws {
        try await Installation.with(World(seed: 62, size: .init(rowsADay: 5)), script: Installation.prompt) { usaged in
            usaged.simulator.rewrite { $0.faults = [Fault(.submit, .nth(1), .status(429, retryAfter: 12))] }
            let killed = try await usaged.usaged(["run", "--backfill", "2025-01-01..2025-01-31"]) { process in
                try await eventually("the silence is written down", within: .seconds(120)) {
                    try await usaged.texts("SELECT 'yes' FROM ingest.source WHERE resting_until IS NOT NULL") == ["yes"]
                }
                kill(process.value, SIGKILL)
            }
            #expect(killed.code == nil)
            let refused = try #require(usaged.simulator.ledger.entries.last)
            #expect(refused.status == 429)
            #expect(try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31").code == 0)
            let next = usaged.simulator.ledger.entries[refused.number]
            #expect(next.time.timeIntervalSince(refused.time) >= 12)
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 1), .init(2025, 1, 31)))
        }
    }

    @Test func `a silence of hours lets the source rest, says until when, and is not forgotten`() async throws {
        try await Installation.with(World(seed: 63, size: .init(rowsADay: 5)), script: Installation.prompt) { usaged in
            usaged.simulator.rewrite { $0.faults = [Fault(.submit, .nth(1), .status(429, retryAfter: 7_200))] }
            #expect(try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31").code == 75)
            let asked = usaged.simulator.ledger.entries.count
            let second = try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31")
            #expect(second.code == 75, "\(second.log)")
            #expect(usaged.simulator.ledger.entries.count == asked)
            let end = try #require(
                try await usaged.texts(
                    """
                    SELECT to_char(resting_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') FROM ingest.source
                    WHERE resting_until BETWEEN now() + interval '110 min' AND now() + interval '121 min'
                    """
                ).first)
            #expect(try await usaged.usaged("status").output.contains("rests until \(end)"))
        }
    }
}
