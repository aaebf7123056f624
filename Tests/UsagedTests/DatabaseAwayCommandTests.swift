import Foundation
import Glibc
import Postgres
import Subprocess
import Synchronization
import TestSupport
import Testing
import UsageSimulator

/// The built binary and a database that is away.
@Suite(.database, .timeLimit(.minutes(30)))
struct DatabaseAwayCommandTests {
    /// Lends an installation whose way to the database leads through a proxy.
    private func withProxy(
        _ seed: UInt64, _ mode: FaultProxy.Mode,
        _ body: @Sendable (Installation, FaultProxy) async throws -> Void
    ) async throws {
        let world = World(seed: seed, size: .init(rowsADay: 5))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            let proxy = try usaged.database.faultProxy(mode: mode)
            try usaged.configure { text in
                text.replacing(usaged.database.conninfo, with: proxy.conninfo(database: usaged.database.name))
                    .replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(5))")
                    .replacing("spool:", with: "schedule: {every: 1s}\nspool:")
            }
            try await body(usaged, proxy)
        }
    }

    private func count(_ text: String, in log: String) -> Int {
        log.split(separator: "\n").count { $0.contains(text) }
    }

    @Test
    func `a daemon that starts before its database waits for it, with one line when it is away and one when back`()
        async throws
    {
        try await withProxy(60, .refuse) { usaged, proxy in
            let finished = try await usaged.usaged(["run"]) { process in
                // Four attempts and three waits.
                try await eventually("it has tried several times") { proxy.refusals >= 4 }
                #expect(usaged.simulator.ledger.entries.isEmpty)
                proxy.mode = .forward
                try await eventually("a run is complete") {
                    try await usaged.texts("SELECT outcome FROM ingest.run WHERE outcome = 'complete'").isEmpty == false
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
            #expect(count("database away, waiting for it", in: finished.log) == 1, "\(finished.log)")
            #expect(count("database back", in: finished.log) == 1, "\(finished.log)")
        }
    }

    @Test func `a daemon outlives an outage between its passes`() async throws {
        try await withProxy(61, .forward) { usaged, proxy in
            let finished = try await usaged.usaged(["run"]) { process in
                try await eventually("a run is complete") {
                    try await usaged.texts("SELECT outcome FROM ingest.run WHERE outcome = 'complete'").isEmpty == false
                }
                proxy.mode = .refuse
                proxy.resetConnections()
                let before = proxy.refusals
                try await eventually("it has tried several times") { proxy.refusals >= before + 4 }
                let runs = try await usaged.texts("SELECT run_id::text FROM ingest.run").count
                proxy.mode = .forward
                try await eventually("a later run is complete") {
                    try await usaged.texts("SELECT run_id::text FROM ingest.run WHERE outcome = 'complete'").count
                        > runs
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
            #expect(count("database away, waiting for it", in: finished.log) == 1)
            #expect(count("database back", in: finished.log) == 1)
            #expect(count("run failed", in: finished.log) == 0)
        }
    }

    @Test(arguments: [FaultProxy.Mode.refuse, .stall])
    func `a daemon that waits for its database ends within ten seconds of SIGTERM`(mode: FaultProxy.Mode) async throws {
        try await withProxy(62, mode) { usaged, proxy in
            let clock = ContinuousClock()
            let told = LockedInstant()
            let finished = try await usaged.usaged(["run"]) { process in
                try await eventually("it tries") { mode == .stall ? proxy.connections > 0 : proxy.refusals > 1 }
                told.set(clock.now)
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try #require(told.value).duration(to: clock.now) < .seconds(10))
        }
    }

    @Test func `a command for once waits as long as it is told to, then ends with 69`() async throws {
        try await withProxy(63, .refuse) { usaged, proxy in
            for command in [["run", "--once"], ["run", "--backfill", "2025-01-01..2025-01-31"]] {
                let before = proxy.refusals
                let finished = try await usaged.usaged(command + ["--database-patience", "3"])
                #expect(finished.code == 69, "\(finished.log)")
                // Several attempts, and not a busy loop.
                #expect((3...12).contains(proxy.refusals - before))
                #expect(count("database away, waiting for it", in: finished.log) == 1)
            }
            #expect(usaged.simulator.ledger.entries.isEmpty)
        }
    }

    @Test func `a command that only looks does not wait`() async throws {
        try await withProxy(64, .refuse) { usaged, proxy in
            for command in [["status"], ["run", "--once", "--plan"]] {
                let before = proxy.refusals
                let finished = try await usaged.usaged(command)
                #expect(finished.code == 69)
                #expect(proxy.refusals == before + 1)
            }
        }
    }

    @Test func `a command for once that is interrupted while it waits ends with 75`() async throws {
        try await withProxy(65, .refuse) { usaged, proxy in
            let finished = try await usaged.usaged(["run", "--once"]) { process in
                try await eventually("it waits") { proxy.refusals > 1 }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 75, "\(finished.log)")
        }
    }
}

/// A moment that another task sets.
private final class LockedInstant: Sendable {
    private let storage = Mutex<ContinuousClock.Instant?>(nil)

    var value: ContinuousClock.Instant? { storage.withLock { $0 } }

    func set(_ instant: ContinuousClock.Instant) { storage.withLock { $0 = instant } }
}
