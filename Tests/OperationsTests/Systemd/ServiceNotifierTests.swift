import Foundation
import InMemoryLogging
import Ingest
import Logging
import Operations
import TestSupport
import Testing
import Timekeeping

@Suite struct NotificationFeedTests {
    private var feed = NotificationFeed(extendingBy: .seconds(180), isWatched: true)
    private let starting = Supervision.Situation(isReady: false, line: "starting")
    private let ready = Supervision.Situation(isReady: true, line: "at work")

    @Test mutating func `the start asks for more time until it is ready, which is told once`() {
        #expect(feed.due(starting, at: .seconds(7)) == [.status("starting"), .extendTimeout(.seconds(180)), .watchdog])
        feed.note(feed.due(starting, at: .seconds(7)), in: starting)
        #expect(feed.due(starting, at: .seconds(7)) == [.extendTimeout(.seconds(180)), .watchdog])
        #expect(feed.due(ready, at: .seconds(7)) == [.ready, .status("at work"), .watchdog])
        feed.note(feed.due(ready, at: .seconds(7)), in: ready)
        #expect(feed.due(ready, at: .seconds(7)) == [.watchdog])
        // A new source at a later time is no new start.
        #expect(feed.due(starting, at: .seconds(7)) == [.status("starting"), .watchdog])
    }

    @Test mutating func `what did not arrive is told again`() {
        #expect(feed.due(ready, at: .seconds(7)) == feed.due(ready, at: .seconds(7)))
    }

    @Test mutating func `while a loop hangs nothing is fed and no time is asked for`() {
        var hanging = starting
        hanging.overdue = [.preparation]
        #expect(feed.due(hanging, at: .seconds(7)) == [.status("starting")])
        hanging = ready
        hanging.overdue = [.source("acme")]
        #expect(feed.due(hanging, at: .seconds(7)) == [.ready, .status("at work")])
    }

    @Test
    mutating func `reading the configuration again is told with its time, and so is its end, whatever came of it`() {
        var reloading = ready
        (reloading.reloads, reloading.isReloading) = (1, true)
        var over = reloading
        over.isReloading = false
        // Before the first READY=1 nothing begins anew.
        #expect(!feed.due(reloading, at: .seconds(7)).contains(.reloading(at: .seconds(7))))
        feed.note([.ready, .status("at work")], in: ready)
        #expect(feed.due(reloading, at: .seconds(7)) == [.reloading(at: .seconds(7)), .watchdog])
        feed.note([.reloading(at: .seconds(7))], in: reloading)
        #expect(feed.due(reloading, at: .seconds(8)) == [.watchdog])
        #expect(feed.due(over, at: .seconds(9)) == [.ready, .watchdog])
        feed.note([.ready], in: over)
        #expect(feed.due(over, at: .seconds(9)) == [.watchdog])
    }

    @Test mutating func `a reading that is over before anybody looked is told in two messages`() {
        feed.note([.ready, .status("at work")], in: ready)
        var over = ready
        over.reloads = 3
        #expect(feed.due(over, at: .seconds(7)) == [.reloading(at: .seconds(7)), .watchdog])
        feed.note([.reloading(at: .seconds(7))], in: over)
        #expect(feed.due(over, at: .seconds(7)) == [.ready, .watchdog])
        feed.note([.ready], in: over)
        #expect(feed.due(over, at: .seconds(7)) == [.watchdog])
    }

    @Test mutating func `what was read again before the first readiness is of no interest afterwards`() {
        var over = ready
        over.reloads = 1
        feed.note(feed.due(over, at: .seconds(7)), in: over)
        #expect(feed.due(over, at: .seconds(7)) == [.watchdog])
    }

    @Test func `a watchdog that is off is not fed`() {
        let feed = NotificationFeed(extendingBy: .seconds(180), isWatched: false)
        #expect(feed.due(ready, at: .seconds(7)) == [.ready, .status("at work")])
    }
}

@Suite(.inTurn, .timeLimit(.minutes(30))) struct ServiceNotifierTests {
    private let clock = TestClock()
    private let log = InMemoryLogHandler()

    /// Runs a notifier of a watchdog of two minutes beside `body`.
    private func withNotifier(
        _ body: (Supervision, NotificationListener) async throws -> Void
    ) async throws -> NotificationListener {
        let listener = try NotificationListener(at: "@usaged-test-\(UUID().uuidString)")
        let timekeeper = Timekeeper(clock)
        let supervision = Supervision(now: { timekeeper.now })
        let notifier = ServiceNotifier(
            socket: try #require(NotificationSocket(environment: ["NOTIFY_SOCKET": listener.name])),
            watchdog: .seconds(120), supervision: supervision, timekeeper: timekeeper,
            logger: Logger(label: "test") { _ in log })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await notifier.run() }
            try await body(supervision, listener)
            group.cancelAll()
        }
        return listener
    }

    /// Lets a minute pass, and the notifier say what it then has to.
    private func passMinute(_ listener: NotificationListener) async throws {
        await clock.sleepers(1)
        clock.advance(by: .seconds(60))
        await clock.sleepers(1)
    }

    @Test func `an idle loop feeds the watchdog each half of its time, and the end is told`() async throws {
        let listener = try await withNotifier { supervision, listener in
            supervision.endPreparation()
            supervision.beginLoops(of: ["acme"])
            supervision.rest("acme", for: .seconds(31 * 86_400), until: Date(timeIntervalSince1970: 0))
            supervision.noteReadiness(true)
            try await eventually("it is ready") { listener.hasHeard("READY=1") }
            for minute in 1...50 {
                let before = listener.count(of: "WATCHDOG=1")
                try await passMinute(listener)
                try await eventually("it is fed, minute \(minute)") { listener.count(of: "WATCHDOG=1") > before }
            }
        }
        try await eventually("the end is heard") {
            listener.assignments.suffix(2) == ["STOPPING=1", "STATUS=stopping"]
        }
        #expect(listener.count(of: "READY=1") == 1)
        #expect(listener.count(of: "STATUS=acme: idle until 1970-01-01T00:00:00Z") == 1)
    }

    @Test func `a loop that reports no more ends the feeding, and one that works does not`() async throws {
        _ = try await withNotifier { supervision, listener in
            supervision.endPreparation()
            supervision.beginLoops(of: ["acme", "tower"])
            // Both work for two hours: one sends requests, the other asks the database.
            for _ in 1...120 {
                try await passMinute(listener)
                supervision.noteRequest(of: "acme")
                supervision.receive(.databaseAsked, of: "tower")
            }
            #expect(supervision.situation.overdue == [])
            // From now on only one of them does.
            while supervision.situation.overdue.isEmpty {
                try await passMinute(listener)
                supervision.noteRequest(of: "acme")
            }
            #expect(clock.now.offset == .seconds(120 * 60) + LoopDeadlines.longestSilence + .seconds(60))
            try await eventually("the operator is told") { log.entries.contains { $0.level == .critical } }
            #expect(log.entries.map { $0.metadata["loops"] } == ["source tower"])
            // The line and the feeding before are on their way; this one comes after them.
            supervision.receive(.databaseAway(reason: "gone"), of: "acme")
            try await eventually("what came before is heard") { listener.hasHeard("STATUS=waiting for") }
            let fed = listener.count(of: "WATCHDOG=1")
            for _ in 1...5 {
                try await passMinute(listener)
                supervision.noteRequest(of: "acme")
            }
            #expect(listener.count(of: "WATCHDOG=1") == fed)
            supervision.receive(.databaseAsked, of: "tower")
            try await passMinute(listener)
            try await eventually("it is fed again") { listener.count(of: "WATCHDOG=1") > fed }
        }
    }
}
