import Foundation
import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// What the built binary tells systemd.
@Suite(.database, .timeLimit(.minutes(30)))
struct NotificationTests {
    /// Lends an installation with little to read, and who listens in systemd's place.
    private func with(
        _ seed: UInt64, _ body: @Sendable (Installation, NotificationListener) async throws -> Void
    ) async throws {
        let world = World(seed: seed, size: .init(rowsADay: 5))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            try usaged.configure {
                $0.replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(5))")
            }
            try await body(usaged, try NotificationListener(at: "\(usaged.folder)/notify"))
        }
    }

    /// A watchdog of two seconds hears something each second.
    private func environment(_ listener: NotificationListener) -> [Environment.Key: String] {
        ["NOTIFY_SOCKET": listener.name, "WATCHDOG_USEC": "2000000"]
    }

    @Test func `the daemon asks for time while the database is away, is ready once, idles, and says that it ends`()
        async throws
    {
        try await with(90) { usaged, listener in
            let proxy = try usaged.proxied()
            proxy.mode = .refuse
            let finished = try await usaged.usaged(["run"], environment: environment(listener)) { process in
                try await eventually("it asks for time again") { listener.count(of: "EXTEND_TIMEOUT_USEC=3000000") > 2 }
                #expect(listener.hasHeard("STATUS=waiting for the database: "))
                #expect(!listener.hasHeard("READY"))
                proxy.mode = .forward
                try await eventually("it idles") { listener.hasHeard("STATUS=acme: idle until ") }
                #expect(listener.hasHeard("STATUS=acme: 1 of 1 windows"))
                let before = listener.count(of: "WATCHDOG=1")
                try await eventually("it is fed while it idles") { listener.count(of: "WATCHDOG=1") > before + 2 }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
            try await eventually("the end is heard") {
                listener.assignments.suffix(2) == ["STOPPING=1", "STATUS=stopping"]
            }
            let heard = listener.assignments
            let ready = try #require(heard.firstIndex(of: "READY=1"))
            #expect(heard.count { $0 == "READY=1" } == 1)
            // Ready is who was let in, not who has read everything.
            #expect(try #require(heard.firstIndex { $0.contains("1 of 1 windows") }) > ready)
            #expect(!heard[ready...].contains { $0.hasPrefix("EXTEND_TIMEOUT_USEC") })
        }
    }

    @Test func `a source that is refused is named and holds up nobody; when all are refused, nobody is ready`()
        async throws
    {
        try await with(91) { usaged, listener in
            try usaged.configureEverything(since: Installation.daysAgo(1)) {
                $0.replacing(/datasets: \[.*\]/, with: "datasets: [organization_query]")
            }
            let environment = environment(listener)
            let alone = try await usaged.usaged(
                ["run"], secret: "wrong-S3cr3t", key: "wrong-S3cr3t", environment: environment)
            #expect(alone.code == 77, "\(alone.log)")
            #expect(!listener.hasHeard("READY"))
            try await eventually("the end is heard") { listener.hasHeard("STOPPING") }
            let finished = try await usaged.usaged(["run"], secret: "wrong-S3cr3t", environment: environment) {
                process in
                try await eventually("it is ready") { listener.hasHeard("READY") }
                try await eventually("the refused one is shown beside the other") {
                    listener.assignments.contains { $0.hasPrefix("STATUS=acme failed: ") && $0.contains("tower: idle") }
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
        }
    }

    @Test func `at SIGHUP it says that it reloads, and when it has taken up the new configuration or kept the old one`()
        async throws
    {
        try await with(93) { usaged, listener in
            let finished = try await usaged.usaged(["run"], environment: ["NOTIFY_SOCKET": listener.name]) { process in
                try await eventually("it idles") { listener.hasHeard("STATUS=acme: idle until ") }
                let good = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
                let bad = good + "\nnonsense: true\n"
                for (number, text) in [bad, good + "\nschedule:\n  every: 2h\n"].enumerated() {
                    try text.write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
                    kill(process.value, SIGHUP)
                    try await eventually("it is ready again, \(number)") { listener.count(of: "READY=1") == number + 2 }
                }
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
            let states = listener.assignments.filter { $0 == "READY=1" || $0 == "RELOADING=1" }
            #expect(states == ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1"])
            // systemd believes it only with the time at which it began.
            #expect(listener.assignments.count { $0.hasPrefix("MONOTONIC_USEC=") } == 2)
            #expect(finished.log.contains("new configuration refused, the old one is kept"))
            #expect(finished.log.contains("configuration changed"))
        }
    }

    @Test func `a backfill says how far it is`() async throws {
        try await with(92) { usaged, listener in
            let finished = try await usaged.usaged(
                ["run", "--backfill", "2025-01-01..2025-02-28"], environment: environment(listener))
            #expect(finished.code == 0, "\(finished.log)")
            try await eventually("the end is heard") { listener.hasHeard("STOPPING") }
            #expect(listener.hasHeard("STATUS=1 of 2 windows, "))
            #expect(listener.hasHeard("STATUS=2 of 2 windows, "))
        }
    }
}
