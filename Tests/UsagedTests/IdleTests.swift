import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// What the built binary costs its machine while nothing is due.
@Suite(.database, .timeLimit(.minutes(30)))
struct IdleTests {
    /// What the kernel counts of a process.
    private struct Account {
        /// Context switches so far, wanted and unwanted ones, by thread.
        var switches: [String: Int64] = [:]
        /// Memory that is not a file's, in kB.
        var anonymousMemory: Int64 = 0

        init(of process: pid_t) throws {
            for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task") {
                let status = try String(contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
                for count in status.matches(of: /\n(\w*voluntary)_ctxt_switches:\s+(\d+)/) {
                    switches["\(thread) \(count.1)"] = Int64(count.2) ?? 0
                }
            }
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            anonymousMemory = Int64(try #require(status.firstMatch(of: /RssAnon:\s+(\d+) kB/)).1) ?? 0
        }

        /// What came in addition since then, where anything did.
        func since(_ earlier: Account) -> [String: Int64] {
            switches.merging(earlier.switches) { now, before in now - before }.filter { $0.value > 0 }
        }
    }

    @Test func `an idle daemon is woken at most twice a second, its threads together, and is small`() async throws {
        let world = World(seed: 95, size: .init(rowsADay: 5))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(2)) {
                $0.replacing(/datasets: \[.*\]/, with: "datasets: [organization_query]")
                    .replacing("listen: \"\"", with: "listen: 127.0.0.1:0")
            }
            let listener = try NotificationListener(at: "\(usaged.folder)/notify")
            // Beats of ten seconds measure the time.
            let environment: [Environment.Key: String] = [
                "NOTIFY_SOCKET": listener.name, "WATCHDOG_USEC": "20000000",
            ]
            @Sendable func nextBeat() async throws {
                let before = listener.count(of: "WATCHDOG=1")
                try await eventually("a beat") { listener.count(of: "WATCHDOG=1") > before }
            }
            let finished = try await usaged.usaged(["run"], environment: environment) { process in
                try await eventually("both sources idle") {
                    listener.assignments.contains { $0.hasPrefix("STATUS=acme, tower: idle until") }
                }
                try await nextBeat()
                // A busy machine adds switches of its own making, a daemon that does something does so in every beat.
                var quietest = (rate: Double.infinity, switches: [String: Int64]())
                for _ in 1...12 where quietest.rate > 2 {
                    let (before, began) = (try Account(of: process.value), ContinuousClock.now)
                    try await nextBeat()
                    let switches = try Account(of: process.value).since(before)
                    let rate = Double(switches.values.reduce(0, +)) / ((ContinuousClock.now - began) / .seconds(1))
                    if rate < quietest.rate { quietest = (rate, switches) }
                }
                #expect(quietest.rate <= 2, "\(quietest.switches)")
                let memory = try Account(of: process.value).anonymousMemory
                #expect(memory <= 25 * 1_024, "\(memory) kB")
                kill(process.value, SIGTERM)
            }
            #expect(finished.code == 0, "\(finished.log)")
        }
    }
}
