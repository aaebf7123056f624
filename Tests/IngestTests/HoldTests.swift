import Foundation
import Postgres
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

@testable import Ingest

/// Two processes that want one source, as two passes with their own connections to database and vendor.
@Suite(.database, .serialized)
struct HoldTests {
    /// Executions run until the script is changed.
    private static var endless: Script {
        var script = Script()
        script.submitStatus = .accepted
        script.runningPolls = 1_000_000
        return script
    }

    @Test func `two passes over one source follow each other, and no window is submitted twice`() async throws {
        try await PassBench.with(World(seed: 41), script: Self.endless) { bench in
            try await bench.withRival { rival in
                async let first = bench.hold().run(Self.winter)
                try await bench.simulator.ledger.reaches(1, of: .results)
                async let second = rival.hold().run(Self.winter)
                try await eventually("the second waits") { rival.isWaiting }
                bench.simulator.rewrite { $0.runningPolls = 0 }
                #expect(try await first.isComplete)
                #expect(try await second.isComplete)
                #expect(bench.simulator.ledger.count(of: .submit) == 3)
                #expect(try await second.summary.windowsPlanned == 0)
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-03-31"))
            }
        }
    }

    @Test func `who is waited for is named by pid and application`() async throws {
        try await PassBench.with(World(seed: 41), script: Self.endless) { bench in
            try await bench.withRival { rival in
                async let first = bench.hold().run(Self.winter)
                try await bench.simulator.ledger.reaches(1, of: .results)
                async let second = rival.hold().run(Self.winter)
                try await eventually("the second waits") { rival.isWaiting }
                let backends = try await bench.lockSessions("granted")
                let holder = rival.events.value.compactMap { event in
                    if case .sourceHeldElsewhere("acme", let holder) = event { holder } else { nil }
                }.first
                #expect(holder.map { "\($0.backend)" } == backends.first)
                #expect(holder?.application == "usaged lock")
                bench.simulator.rewrite { $0.runningPolls = 0 }
                _ = try await (first, second)
            }
        }
    }

    @Test func `a lock that was lost to nobody is taken again, and the work goes on`() async throws {
        try await PassBench.with(World(seed: 42), script: Self.endless) { bench in
            async let report = bench.hold().run(Self.winter)
            try await bench.simulator.ledger.reaches(1, of: .results)
            try await bench.terminate("granted")
            try await eventually("the lock is there again") {
                bench.has { if case .sourceHoldRegained = $0 { true } else { false } }
            }
            bench.simulator.rewrite { $0.runningPolls = 0 }
            #expect(try await report.isComplete)
            #expect(bench.has { if case .sourceHoldLost = $0 { true } else { false } })
            #expect(bench.simulator.ledger.count(of: .submit) == 3)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-03-31"))
        }
    }

    @Test func `a lock that another took is waited for, and what the other did is not done again`() async throws {
        try await PassBench.with(World(seed: 43), script: Self.endless) { bench in
            try await bench.withRival { rival in
                async let first = bench.hold().run(Self.winter)
                try await bench.acceptsThree()
                async let second = rival.hold().run(Self.winter)
                try await eventually("the second waits") { rival.isWaiting }
                try await bench.terminate("granted")
                try await eventually("the first gives way") {
                    bench.has { if case .sourceForfeited = $0 { true } else { false } }
                }
                // Whatever the first sent is answered by now: from here on only the one that holds the source asks.
                bench.simulator.rewrite { $0.runningPolls = 0 }
                #expect(try await second.isComplete)
                let report = try await first
                #expect(report.isComplete)
                #expect(report.summary.windowsFailed == 0)
                #expect(bench.simulator.ledger.count(of: .submit) == 3, "executions are taken over, not repeated")
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-03-31"))
                #expect(try await bench.texts("SELECT 'x' FROM ingest.coverage WHERE state = 'failed'") == [])
            }
        }
    }

    @Test func `on the schedule, windows that another process took over are left to a new plan`() async throws {
        try await PassBench.with(World(seed: 44), script: Self.endless) { bench in
            let bench = try bench.on("2025-03-15")
            try await bench.withRival { rival in
                async let first = bench.hold().run(.scheduled)
                try await bench.acceptsThree()
                async let second = rival.hold().run(.scheduled)
                try await eventually("the second waits") { rival.isWaiting }
                try await bench.terminate("granted")
                let report = try await first
                #expect(report.isLeft)
                #expect(report.summary.outcome == .complete)
                #expect(report.summary.windowsFailed == 0)
                bench.simulator.rewrite { $0.runningPolls = 0 }
                #expect(try await second.isComplete)
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-03-14"))
            }
        }
    }

    @Test func `a backfill lets go for who waits, after the windows in flight, and goes on behind it`() async throws {
        try await PassBench.with(World(seed: 45), script: Self.endless) { bench in
            try await bench.withRival { rival in
                var policy = HoldPolicy.prompt
                policy.turn = .zero
                async let long = bench.hold(policy).run(
                    .backfill(PassBench.days("2025-01-01..2025-08-31"), refetching: false))
                try await bench.acceptsThree()
                async let short = rival.hold().run(
                    .backfill(PassBench.days("2025-01-10..2025-01-12"), refetching: false))
                try await eventually("the backfill knows") {
                    bench.has { if case .sourceWanted = $0 { true } else { false } }
                }
                bench.simulator.rewrite { $0.runningPolls = 0 }
                #expect(try await short.isComplete)
                #expect(try await long.isComplete)
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-08-31"))
                // Held by the long one, the short one, and the long one again.
                #expect(
                    try await bench.texts("SELECT times_held::text FROM ingest.source WHERE name = 'acme'") == ["3"])
                let newestFirst = rival.began.first
                #expect(newestFirst?.days == PassBench.days("2025-01-10..2025-01-12"))
                #expect(bench.simulator.ledger.count(of: .submit) == 9)
            }
        }
    }

    @Test func `a scheduled pass leaves its backfill when a tick has passed, and the next goes on`() async throws {
        try await PassBench.with(World(seed: 46)) { bench in
            let bench = try bench.on("2025-12-15")
            var reports: [PassReport] = []
            repeat {
                reports.append(try await bench.hold(turn: .zero).run(.scheduled))
            } while reports.last?.isLeft == true && reports.count < 20
            #expect((2..<20).contains(reports.count))
            #expect(reports.allSatisfy { $0.isComplete })
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-12-14"))
            #expect(Set(bench.began).count == bench.began.count, "nothing is begun twice")
        }
    }

    @Test func `without an allowance of the lock no request goes, and the lock's return lets them go`() async throws {
        try await PassBench.with(World(seed: 47), script: Self.endless) { bench in
            let proxy = try TestDatabase.current.faultProxy()
            let conninfo = try proxy.conninfo(database: TestDatabase.current.name, user: "postgres")
            try await bench.withRival(conninfo: conninfo) { remote in
                var policy = HoldPolicy.prompt
                policy.checkDeadline = .milliseconds(200)
                policy.validity = .milliseconds(600)
                async let report = remote.hold(policy).run(Self.winter)
                try await bench.simulator.ledger.reaches(1, of: .results)
                proxy.mode = .stall
                try await eventually("requests wait") { remote.exchange.gate.waiting > 0 }
                #expect(!remote.exchange.gate.isOpen)
                let sent = bench.simulator.ledger.entries.count
                try await eventually("the loss is seen") {
                    remote.has { if case .sourceHoldLost = $0 { true } else { false } }
                }
                #expect(bench.simulator.ledger.entries.count == sent)
                bench.simulator.rewrite { $0.runningPolls = 0 }
                proxy.mode = .forward
                #expect(try await report.isComplete)
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-03-31"))
            }
        }
    }

    @Test func `who came first keeps its place while others come, over many looks`() async throws {
        try await PassBench.with(World(seed: 48), script: Self.endless) { bench in
            try await bench.withRival { rival in
                async let first = bench.hold().run(Self.winter)
                try await bench.acceptsThree()
                async let second = rival.hold().run(Self.winter)
                try await eventually("the second waits") { try await bench.lockSessions("NOT granted").count == 1 }
                let waiting = try #require(try await bench.lockSessions("NOT granted").first)
                let later = try await TestDatabase.current.connect()
                async let isServed: Void = later.run(timeout: .seconds(600)) { connection in
                    try connection.execute("SELECT pg_advisory_lock(hashtextextended('usaged source acme', 0))")
                }
                try await eventually("another one comes") { try await bench.lockSessions("NOT granted").count == 2 }
                // In more than twenty times the interval at which the second one looks, it never leaves the queue.
                let end = ContinuousClock.now + .milliseconds(250)
                while ContinuousClock.now < end {
                    #expect(try await bench.lockSessions("NOT granted").contains(waiting))
                }
                bench.simulator.rewrite { $0.runningPolls = 0 }
                #expect(try await first.isComplete)
                #expect(try await second.isComplete)
                try await isServed
                await later.close()
                let taken = try await bench.texts("SELECT times_held::text FROM ingest.source WHERE name = 'acme'")
                #expect(taken == ["2"])
            }
        }
    }

    @Test func `a wait whose session the server has forgotten is given up, and another takes its place`() async throws {
        try await PassBench.with(World(seed: 49), script: Self.endless) { bench in
            let proxy = try TestDatabase.current.faultProxy()
            let conninfo = try proxy.conninfo(database: TestDatabase.current.name, user: "postgres")
            async let first = bench.hold().run(Self.winter)
            try await bench.acceptsThree()
            // Only its sessions go through the proxy: what looks after them does not.
            let session = LockSession(conninfo: conninfo, applicationName: "remote", logger: .silent)
            let lock = try await SourceLock(of: "acme", in: session)
            var policy = HoldPolicy.prompt
            policy.longestUnseen = .seconds(1)
            let queue = SourceQueue(pass: try bench.hold(policy), lock: lock)
            let wait = Task { try await queue.wait() }
            try await eventually("it waits") { try await bench.lockSessions("NOT granted").count == 1 }
            proxy.mode = .stall
            try await bench.terminate("NOT granted")
            let error = await #expect(throws: PostgresError.self) { try await wait.value }
            #expect(error?.isConnectionLost == true)
            await lock.abandon()
            bench.simulator.rewrite { $0.runningPolls = 0 }
            #expect(try await first.isComplete)
        }
    }

    private static let winter = PassScope.backfill(PassBench.days("2025-01-01..2025-03-31"), refetching: false)
}
