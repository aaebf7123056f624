import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct SourceLockTests {
    private let now = date("2025-06-01T00:00:00Z")
    private let acme = Fixture.registration()
    private let second = Fixture.registration("second")

    private func lock(_ fixture: Fixture, of source: String = "acme") async throws -> SourceLock {
        try await SourceLock(of: source, in: fixture.warehouse.lockSession)
    }

    @Test func `one session has the lock of a source, and who waits for it gets it`() async throws {
        let fixture = try await Fixture()
        let first = try await lock(fixture)
        let other = try await lock(fixture)
        #expect(try await first.take())
        #expect(try await !other.take())
        #expect(try await first.standing(within: .seconds(60)) == .init(isHeld: true, isWanted: false))
        #expect(try await other.standing(within: .seconds(60)) == .init(isHeld: false, isWanted: false))
        let holder = SourceLock.Holder(backend: first.backend, application: "usaged lock", address: "")
        #expect(try await other.holder() == holder)
        async let isHeld = other.wait(for: .seconds(100))
        try await eventually("the wait shows") { try await first.standing(within: .seconds(60)).isWanted }
        await first.release()
        #expect(try await isHeld)
        #expect(try await other.standing(within: .seconds(60)) == .init(isHeld: true, isWanted: false))
        await other.release()
        await fixture.close()
    }

    @Test func `locks of different sources do not touch each other`() async throws {
        let fixture = try await Fixture()
        let first = try await lock(fixture)
        let other = try await lock(fixture, of: "second")
        #expect(try await first.take())
        #expect(try await other.take())
        await first.release()
        await other.release()
        await fixture.close()
    }

    @Test func `a wait ends with its slice, and at once with its task`() async throws {
        let fixture = try await Fixture()
        let first = try await lock(fixture)
        let other = try await lock(fixture)
        #expect(try await first.take())
        #expect(try await !other.wait(for: .milliseconds(10)))
        let began = ContinuousClock.now
        let waiting = Task { try await other.wait(for: .seconds(3_600)) }
        try await eventually("the wait shows") { try await first.standing(within: .seconds(60)).isWanted }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(ContinuousClock.now - began < .seconds(120))
        #expect(try await !first.standing(within: .seconds(60)).isWanted)
        await first.release()
        await other.release()
        await fixture.close()
    }

    @Test func `the lock of a session that was terminated is taken again, and nobody had it meanwhile`() async throws {
        let fixture = try await Fixture()
        // As the login itself: one that works as another role may not end its sessions.
        let session = LockSession(conninfo: fixture.conninfo, applicationName: "test", logger: .silent)
        let first = try await SourceLock(of: "acme", in: session)
        #expect(try await first.take())
        let times = try await first.noteBegin(now: now)
        let again = try await SourceLock(of: "acme", in: session)
        // As after a cut link: the session is there still as far as the server knows.
        #expect(try await again.take(from: first.backend))
        #expect(try await again.timesHeld() == times)
        await #expect(throws: PostgresError.self) { try await first.standing(within: .seconds(60)) }
        #expect(try await again.standing(within: .seconds(60)).isHeld)
        await again.release()
        await fixture.close()
    }

    @Test func `another process's session is never ended for its lock`() async throws {
        let fixture = try await Fixture()
        let mine = try await lock(fixture)
        let others = try await lock(fixture)
        #expect(try await others.take())
        let again = try await lock(fixture)
        #expect(try await !again.take(from: mine.backend))
        #expect(try await others.standing(within: .seconds(60)).isHeld)
        for lock in [mine, others, again] { await lock.release() }
        await fixture.close()
    }

    @Test func `a source is abandoned when its work came to no end and nobody has its lock`() async throws {
        let fixture = try await Fixture()
        let first = try await lock(fixture)
        #expect(try await first.take())
        #expect(try await first.noteBegin(now: now) == 1)
        #expect(try await !fixture.warehouse.isAbandoned("acme"))
        await first.abandon()
        try await eventually("it shows") { try await fixture.warehouse.isAbandoned("acme") }
        let next = try await lock(fixture)
        #expect(try await next.take())
        #expect(try await next.noteBegin(now: now) == 2)
        #expect(try await !fixture.warehouse.isAbandoned("acme"))
        try await next.noteEnd()
        await next.release()
        #expect(try await !fixture.warehouse.isAbandoned("acme"))
        await fixture.close()
    }

    @Test func `a session that changes under the client's hands is told from one that was lost`() throws {
        try SourceLock.requireSame(1, 1)
        #expect(throws: WarehouseError.sessionNotKept) { try SourceLock.requireSame(1, 2) }
        #expect(WarehouseError.sessionNotKept.description.contains("pooler in transaction mode"))
    }

    // MARK: - Presence

    @Test func `what a living process is configured for stays configured, and its claims stand`() async throws {
        let fixture = try await Fixture()
        let presence = try await Presence(of: ["acme"], in: fixture.warehouse.lockSession)
        try await fixture.warehouse.register([second])
        #expect(try await fixture.configured() == ["acme", "second"])
        await #expect(
            throws: WarehouseError.datasetClaimed(
                .organizationQuery, organization: Fixture.organization, bySource: "acme", wantedBy: "second")
        ) { try await fixture.warehouse.identify(second, as: Fixture.organization, now: now) }
        try await presence.check()
        await presence.end()
        try await eventually("the source is dropped when its process is gone") {
            try await fixture.warehouse.register([second])
            return try await fixture.configured() == ["second"]
        }
        #expect(
            try await fixture.warehouse.identify(second, as: Fixture.organization, now: now) == fixture.organization)
        await fixture.close()
    }

    @Test func `several processes may be configured for one source`() async throws {
        let fixture = try await Fixture()
        let first = try await Presence(of: ["acme", "tower"], in: fixture.warehouse.lockSession)
        let other = try await Presence(of: ["acme"], in: fixture.warehouse.lockSession)
        await first.end()
        try await other.check()
        try await fixture.warehouse.register([second])
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
}
