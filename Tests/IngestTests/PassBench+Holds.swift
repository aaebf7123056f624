import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import Transport
import UsageDomain
import Warehouse

extension HoldPolicy {
    /// For tests that wait for what it finds out.
    static var prompt: HoldPolicy {
        var policy = HoldPolicy()
        policy.checkEvery = .milliseconds(10)
        policy.checkDeadline = .seconds(60)
        policy.validity = .seconds(60)
        policy.lookEvery = .milliseconds(10)
        policy.longestUnseen = .seconds(120)
        policy.absence = .milliseconds(100)
        policy.absenceLook = .milliseconds(10)
        return policy
    }
}

extension PassBench {
    /// Sources that count as configured.
    func configured() async throws -> [String] {
        try await texts("SELECT name FROM ingest.source WHERE is_configured ORDER BY name COLLATE \"C\"")
    }

    /// Lends another bench on the same database and simulator, with connections of its own.
    func withRival(
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
    func on(_ day: String) throws -> PassBench {
        let now = try #require(Day(day)).start.addingTimeInterval(3600)
        var bench = self
        bench.now = { now }
        return bench
    }

    /// A pass whose locks are watched closely.
    func hold(_ policy: HoldPolicy = .prompt, turn: Duration? = nil) throws -> Pass {
        let pass = try pass()
        var settings = pass.settings
        settings.holds = policy
        settings.turn = turn
        return Pass(warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
    }

    /// Waits until three executions are accepted and written down, as many as windows are worked on at once.
    func acceptsThree() async throws {
        try await eventually("three executions are written down") {
            try await texts("SELECT execution_id FROM ingest.execution WHERE execution_id <> ''").count == 3
        }
    }

    func has(_ isWanted: (PassEvent) -> Bool) -> Bool {
        events.value.contains(where: isWanted)
    }

    var isWaiting: Bool {
        has { if case .sourceHeldElsewhere = $0 { true } else { false } }
    }

    /// Windows that were begun, in order.
    var began: [Window] {
        events.value.compactMap { if case .windowBegan(_, let window) = $0 { window } else { nil } }
    }

    /// Backends whose lock of the source is in this state, `granted` or `NOT granted`.
    func lockSessions(_ state: SQL) async throws -> [String] {
        try await texts(
            """
            SELECT pid::text FROM pg_locks
            WHERE \(state) AND locktype = 'advisory' AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (classid::bigint << 32) | objid::bigint = hashtextextended('usaged source acme', 0)
            """)
    }

    /// Ends the sessions whose lock of the source is in this state, and waits until they are gone.
    func terminate(_ state: SQL) async throws {
        let sessions = try await lockSessions(state)
        #expect(sessions.count == 1)
        _ = try await texts("SELECT pg_terminate_backend(pid::int)::text FROM unnest(\(sessions)::text[]) AS pid")
    }
}
