import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

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

    private static let winter = PassScope.backfill(PassBench.days("2025-01-01..2025-03-31"), refetching: false)
}

extension HoldPolicy {
    /// For tests that wait for what it finds out.
    fileprivate static var prompt: HoldPolicy {
        var policy = HoldPolicy()
        policy.checkEvery = .milliseconds(10)
        policy.checkDeadline = .seconds(60)
        policy.validity = .seconds(60)
        policy.slice = .seconds(100)
        return policy
    }
}

extension PassBench {
    /// Lends another bench on the same database and simulator, with connections of its own.
    fileprivate func withRival(
        conninfo: String? = nil, _ body: (PassBench) async throws -> Void
    ) async throws {
        let exchange = try HTTPExchange(
            settings: HTTPSettings(userAgent: "tests"), budget: RequestBudget(allowance: 1_000_000), logger: .silent)
        let warehouse = Warehouse(
            conninfo: try conninfo ?? TestDatabase.current.conninfo, connections: 5, logger: .silent)
        var rival = PassBench(simulator: simulator, warehouse: warehouse, exchange: exchange, startDate: startDate)
        rival.now = now
        do {
            try await body(rival)
            await warehouse.close()
            try await exchange.shutdown()
        } catch {
            await warehouse.close()
            try await exchange.shutdown()
            throw error
        }
    }

    /// The bench early on another day.
    fileprivate func on(_ day: String) throws -> PassBench {
        let now = try #require(Day(day)).start.addingTimeInterval(3600)
        var bench = self
        bench.now = { now }
        return bench
    }

    /// A pass whose locks are watched closely.
    fileprivate func hold(_ policy: HoldPolicy = .prompt, turn: Duration? = nil) throws -> Pass {
        let pass = try pass()
        var settings = pass.settings
        settings.holds = policy
        settings.turn = turn
        return Pass(warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
    }

    /// Waits until three executions are accepted and written down, as many as windows are worked on at once.
    fileprivate func acceptsThree() async throws {
        try await eventually("three executions are written down") {
            try await texts("SELECT execution_id FROM ingest.execution WHERE execution_id <> ''").count == 3
        }
    }

    fileprivate func has(_ isWanted: (PassEvent) -> Bool) -> Bool {
        events.value.contains(where: isWanted)
    }

    fileprivate var isWaiting: Bool {
        has { if case .sourceHeldElsewhere = $0 { true } else { false } }
    }

    /// Windows that were begun, in order.
    fileprivate var began: [Window] {
        events.value.compactMap { if case .windowBegan(_, let window) = $0 { window } else { nil } }
    }

    /// Backends whose lock of the source is in this state, `granted` or `NOT granted`.
    fileprivate func lockSessions(_ state: SQL) async throws -> [String] {
        try await texts(
            """
            SELECT pid::text FROM pg_locks
            WHERE \(state) AND locktype = 'advisory' AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (classid::bigint << 32) | objid::bigint = hashtextextended('usaged source acme', 0)
            """)
    }

    /// Ends the sessions whose lock of the source is in this state, and waits until they are gone.
    fileprivate func terminate(_ state: SQL) async throws {
        let sessions = try await lockSessions(state)
        #expect(sessions.count == 1)
        _ = try await texts("SELECT pg_terminate_backend(pid::int)::text FROM unnest(\(sessions)::text[]) AS pid")
    }
}
