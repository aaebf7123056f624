import Foundation
import Glibc
import Postgres
import Subprocess
import Synchronization
import TestSupport
import Testing
import UsageSimulator

/// The built binary and a link to the database that swallows what is sent into it.
@Suite(.database, .timeLimit(.minutes(30)))
struct BlackHoleCommandTests {
    /// Runs the daemon until `moment`, has everything swallowed from then on, and tells it to end.
    ///
    /// - Returns: how it ended, and how long that took.
    private func end(
        seed: UInt64,
        _ script: Script,
        at moment: @escaping @Sendable (Installation, FaultProxy) async throws -> Void
    ) async throws -> (finished: Installation.Finished, time: Duration) {
        let world = World(seed: seed, size: .init(rowsADay: 5))
        let result = Mutex<(Installation.Finished, Duration)?>(nil)
        try await Installation.with(world, script: script) { usaged in
            try usaged.configure {
                $0.replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(5))")
            }
            let proxy = try usaged.proxied()
            defer { proxy.close() }
            let told = Mutex<ContinuousClock.Instant?>(nil)
            let finished = try await usaged.usaged(["run"]) { process in
                try await moment(usaged, proxy)
                proxy.mode = .stall
                told.withLock { $0 = .now }
                kill(process.value, SIGTERM)
            }
            let began = try #require(told.withLock { $0 })
            result.withLock { $0 = (finished, began.duration(to: .now)) }
        }
        return try #require(result.withLock { $0 })
    }

    @Test func `told to end while an execution runs, it ends within ten seconds`() async throws {
        var script = Script()
        script.runningPolls = 1_000_000
        let (finished, time) = try await end(seed: 66, script) { usaged, _ in
            try await usaged.simulator.ledger.reaches(1, of: .results)
        }
        #expect(finished.code == 0, "\(finished.log)")
        #expect(time < .seconds(10))
    }

    @Test(arguments: [
        MessageHold(.message, CrashPoint.store), MessageHold(.message, CrashPoint.store, "COMMIT"),
        MessageHold(.answer, CrashPoint.store, "COMMIT"),
    ])
    func `told to end while a day is stored, it ends within ten seconds`(hold: MessageHold) async throws {
        let (finished, time) = try await end(seed: 67, Installation.prompt) { _, proxy in
            proxy.mode = .hold(hold)
            try await eventually("the store stands still") { proxy.isHolding }
        }
        #expect(finished.code == 0, "\(finished.log)")
        #expect(time < .seconds(10), "\(finished.log)")
    }

    @Test func `what it swallowed costs nothing but time when the link carries again`() async throws {
        let world = World(seed: 68, size: .init(rowsADay: 5))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            try usaged.configure {
                $0.replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(5))")
            }
            let proxy = try usaged.proxied()
            defer { proxy.close() }
            proxy.mode = .hold(MessageHold(.message, "client_encoding"))
            let finished = try await usaged.usaged("run", "--once")
            #expect(proxy.isHolding)
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try await usaged.usage() == usaged.truth(Installation.daysAgo(5), Installation.daysAgo(1)))
        }
    }
}
