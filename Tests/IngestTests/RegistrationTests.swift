import Ingest
import Postgres
import TestSupport
import Testing
import UsageSimulator
import Warehouse

/// What a pass writes down of its configuration, beside others with another one.
@Suite(.database)
struct RegistrationTests {
    @Test func `a source is dropped only when nobody was configured for it for a while`() async throws {
        try await PassBench.with(World(seed: 50)) { bench in
            _ = try await bench.texts(
                "INSERT INTO ingest.source (name, kind, is_configured) VALUES ('other', 'genesys', true)")
            var policy = HoldPolicy.prompt
            policy.absence = .seconds(3_600)
            let pass = try bench.hold(policy)
            async let report = pass.run(Self.winter)
            try await eventually("it is registered") {
                try await bench.texts("SELECT name FROM ingest.source WHERE name = 'acme'") == ["acme"]
            }
            // Nothing is asked for while it is not known whether the other one lives.
            #expect(bench.simulator.ledger.count(of: .submit) == 0)
            let presence = try await Presence(of: ["other"], in: bench.warehouse.lockSession)
            #expect(try await report.isComplete)
            #expect(try await bench.configured() == ["acme", "other"])
            await presence.end()
            try await eventually("it is dropped") {
                #expect(try await bench.hold().run(Self.winter).isComplete)
                return try await bench.configured() == ["acme"]
            }
        }
    }

    @Test func `a process says that it lives before it registers, and again before each pass`() async throws {
        try await PassBench.with(World(seed: 51)) { bench in
            let announcements = Recorder<[String]>()
            var settings = try bench.hold().settings
            settings.announce = {
                await announcements.note(try await bench.texts("SELECT name FROM ingest.source"))
            }
            let pass = try bench.pass()
            let announcing = Pass(
                warehouse: pass.warehouse, sources: pass.sources, settings: settings, onEvent: pass.onEvent)
            #expect(try await announcing.run(Self.winter).isComplete)
            #expect(try await announcing.run(Self.winter).isComplete)
            #expect(await announcements.all == [[], ["acme"]])
        }
    }

    private static let winter = PassScope.backfill(PassBench.days("2025-01-01..2025-03-31"), refetching: false)
}

/// What was noted, in order.
private actor Recorder<Value: Sendable> {
    private(set) var all: [Value] = []

    func note(_ value: Value) {
        all.append(value)
    }
}
