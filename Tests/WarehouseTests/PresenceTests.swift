import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What living processes say for which sources they are configured, and what becomes of the others.
@Suite(.database) struct PresenceTests {
    private let now = date("2025-06-01T00:00:00Z")
    private let second = Fixture.registration("second")

    @Test func `what a living process is configured for stays configured, and its claims stand`() async throws {
        let fixture = try await Fixture()
        let presence = try await Presence(of: ["acme"], in: fixture.warehouse.lockSession)
        try await fixture.warehouse.configure([second])
        #expect(try await fixture.configured() == ["acme", "second"])
        await #expect(
            throws: WarehouseError.datasetClaimed(
                .organizationQuery, organization: Fixture.organization, bySource: "acme", wantedBy: "second")
        ) { try await fixture.warehouse.identify(second, as: Fixture.organization, now: now) }
        try await presence.check()
        await presence.end()
        try await eventually("the source is dropped when its process is gone") {
            try await fixture.warehouse.configure([second])
            return try await fixture.configured() == ["second"]
        }
        #expect(
            try await fixture.warehouse.identify(second, as: Fixture.organization, now: now) == fixture.organization)
        await fixture.close()
    }

    @Test func `a presence whose session was ended is there again as soon as the server says so`() async throws {
        let fixture = try await Fixture()
        let keeper = PresenceKeeper(of: ["acme"], in: fixture.warehouse.lockSession, logger: .silent)
        try await keeper.announce()
        let keeping = Task { await keeper.keep { _ in } }
        let lost = try await fixture.presences()
        #expect(lost.count == 1)
        try await fixture.query("SELECT pg_terminate_backend(pid) FROM unnest(\(lost)::int[]) AS pid")
        try await eventually("another session says so") {
            let sessions = try await fixture.presences()
            return sessions.count == 1 && sessions != lost
        }
        keeping.cancel()
        await keeping.value
        await keeper.end()
        try await eventually("nobody says so any more") { try await fixture.presences().isEmpty }
        await fixture.close()
    }

    @Test func `an announcement finds a lost session out, and many at once make one`() async throws {
        let fixture = try await Fixture()
        let keeper = PresenceKeeper(of: ["acme"], in: fixture.warehouse.lockSession, logger: .silent)
        try await keeper.announce()
        let lost = try await fixture.presences()
        try await fixture.query("SELECT pg_terminate_backend(pid) FROM unnest(\(lost)::int[]) AS pid")
        try await eventually("the session is gone") { try await fixture.presences().isEmpty }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...5 { group.addTask { try await keeper.announce() } }
            try await group.waitForAll()
        }
        #expect(try await fixture.presences().count == 1)
        await keeper.end()
        await fixture.close()
    }

    @Test func `registering takes nothing away, and says what nobody claims`() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.warehouse.register([second]) == ["acme"])
        #expect(try await fixture.configured() == ["acme", "second"])
        let presence = try await Presence(of: ["acme"], in: fixture.warehouse.lockSession)
        #expect(try await fixture.warehouse.unclaimed(among: ["acme"]) == [])
        try await fixture.warehouse.drop(["acme"])
        #expect(try await fixture.configured() == ["acme", "second"], "its process came back in time")
        await presence.end()
        try await eventually("nobody claims it") {
            try await fixture.warehouse.unclaimed(among: ["acme"]) == ["acme"]
        }
        try await fixture.warehouse.drop(["acme"])
        #expect(try await fixture.configured() == ["second"])
        await fixture.close()
    }

    @Test func `several processes may be configured for one source, and see each other`() async throws {
        let fixture = try await Fixture()
        let first = try await Presence(of: ["acme", "tower"], in: fixture.warehouse.lockSession)
        let stranger = try await Presence(of: ["third"], in: fixture.warehouse.lockSession)
        #expect(try await first.check() == .init(abandoned: [], isShared: false))
        let other = try await Presence(of: ["acme"], in: fixture.warehouse.lockSession)
        #expect(try await first.check().isShared)
        #expect(try await other.check().isShared)
        await first.end()
        try await eventually("it is alone") { try await !other.check().isShared }
        await stranger.end()
        try await fixture.warehouse.configure([second])
        #expect(try await fixture.configured() == ["acme", "second"])
        await other.end()
        await fixture.close()
    }
}

extension Fixture {
    /// Names of the sources that count as configured.
    fileprivate func configured() async throws -> [String] {
        try await query("SELECT name FROM ingest.source WHERE is_configured ORDER BY name COLLATE \"C\"")
            .map { try $0.decode(String.self) }
    }

    /// Sessions that say that a process is configured for acme.
    fileprivate func presences() async throws -> [Int32] {
        try await query(
            """
            SELECT pid FROM pg_locks
            WHERE \(LockName.isRow(ofKey: "hashtextextended('usaged configured acme', 0)"))
            """
        ).map { try $0.decode(Int32.self) }
    }
}
