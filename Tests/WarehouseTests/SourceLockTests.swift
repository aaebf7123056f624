import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct SourceLockTests {
    private let now = date("2025-06-01T00:00:00Z")

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
        let holder = SourceLock.Holder(backend: first.identity.backend, application: "usaged lock", address: "")
        #expect(try await fixture.warehouse.queue(of: other) == .init(holder: holder, isInLine: false))
        async let isHeld = other.wait(for: .seconds(100))
        try await eventually("the wait shows") { try await first.standing(within: .seconds(60)).isWanted }
        #expect(try await fixture.warehouse.queue(of: other) == .init(holder: holder, isInLine: true))
        await first.release()
        #expect(try await isHeld)
        #expect(try await fixture.warehouse.queue(of: other) == .init(holder: nil, isInLine: true))
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

    @Test func `a wait ends with its limit, and at once with its task`() async throws {
        let fixture = try await Fixture()
        let first = try await lock(fixture)
        let other = try await lock(fixture)
        #expect(try await first.take())
        #expect(try await !other.wait(for: .milliseconds(10)))
        let began = ContinuousClock.now
        let waiting = Task { try await other.wait() }
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
        #expect(try await again.take(from: first.identity))
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
        #expect(try await !again.take(from: mine.identity))
        #expect(try await others.standing(within: .seconds(60)).isHeld)
        for lock in [mine, others, again] { await lock.release() }
        await fixture.close()
    }

    @Test func `a session that only has the number of a lost one is not ended`() async throws {
        let fixture = try await Fixture()
        let session = LockSession(conninfo: fixture.conninfo, applicationName: "test", logger: .silent)
        let present = try await SourceLock(of: "acme", in: session)
        #expect(try await present.take())
        let began = try #require(present.identity.began)
        let again = try await SourceLock(of: "acme", in: session)
        let former = SessionIdentity(backend: present.identity.backend, began: began - 0.000_001)
        #expect(try await !again.take(from: former))
        #expect(try await present.standing(within: .seconds(60)).isHeld)
        await present.release()
        await again.release()
        await fixture.close()
    }

    @Test func `a session whose beginning cannot be seen is waited for, not ended`() async throws {
        let fixture = try await Fixture()
        let first = try await lock(fixture)
        // The login is a superuser that works as usage_writer, and may not see what it is itself.
        #expect(first.identity.began == nil)
        #expect(try await first.take())
        let again = try await lock(fixture)
        async let isHeld = again.take(from: first.identity)
        try await eventually("it waits") { try await first.standing(within: .seconds(60)).isWanted }
        await first.release()
        #expect(try await isHeld)
        await again.release()
        await fixture.close()
    }

    @Test func `who came first is served first, and nobody overtakes`() async throws {
        let fixture = try await Fixture()
        let holder = try await lock(fixture)
        #expect(try await holder.take())
        let first = try await lock(fixture)
        let second = try await lock(fixture)
        async let isFirst = first.wait()
        try await eventually("the first waits") { try await fixture.warehouse.queue(of: first).isInLine }
        async let isSecond = second.wait()
        try await eventually("the second waits") { try await fixture.warehouse.queue(of: second).isInLine }
        await holder.release()
        #expect(try await isFirst)
        let late = try await lock(fixture)
        #expect(try await !late.take())
        #expect(try await first.standing(within: .seconds(60)) == .init(isHeld: true, isWanted: true))
        await first.release()
        #expect(try await isSecond)
        for lock in [second, late] { await lock.release() }
        await fixture.close()
    }

    @Test func `a source is abandoned when its work came to no end and nobody has its lock`() async throws {
        let fixture = try await Fixture()
        let other = try await Presence(of: ["second"], in: fixture.warehouse.lockSession)
        let presence = try await Presence(of: ["acme", "second"], in: fixture.warehouse.lockSession)
        let first = try await lock(fixture)
        #expect(try await first.take())
        #expect(try await first.noteBegin(now: now) == 1)
        #expect(try await presence.check().abandoned.isEmpty)
        await first.abandon()
        try await eventually("it shows") { try await presence.check().abandoned == ["acme"] }
        #expect(try await other.check().abandoned.isEmpty, "it is none of the other's sources")
        let next = try await lock(fixture)
        #expect(try await next.take())
        #expect(try await next.noteBegin(now: now) == 2)
        #expect(try await presence.check().abandoned.isEmpty)
        try await next.noteEnd()
        await next.release()
        #expect(try await presence.check().abandoned.isEmpty)
        for presence in [presence, other] { await presence.end() }
        await fixture.close()
    }

    @Test func `a session that changes under the client's hands is told from one that was lost`() throws {
        try LockSession.requireSame(1, 1)
        #expect(throws: WarehouseError.sessionNotKept) { try LockSession.requireSame(1, 2) }
        #expect(WarehouseError.sessionNotKept.description.contains("pooler in transaction mode"))
    }
}
