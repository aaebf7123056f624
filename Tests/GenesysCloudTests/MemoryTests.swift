import FoundationEssentials
import Glibc
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct MemoryTests {
    @Test func `an answer of hundreds of thousands of rows needs little memory`() async throws {
        // In a process of its own, where no other test adds to the peak.
        await #expect(processExitsWith: .success) {
            let world = World(seed: 3, size: World.Size(rowsADay: 10_000, isSteady: true))
            try await Account.run(world: world) { account in
                let counter = RowCounter()
                let before = try peakMemory()
                let report = try await account.source.fetch(
                    OrganizationQuery(try Window.days("2025-08-01", "2025-08-31"), byUser: false), into: counter,
                    recorder: Diary().recorder)
                guard report.rows == 310_000, counter.rows == 310_000 else { exit(2) }
                // The body alone has more than 100 MB; what grew includes the simulator's part.
                guard try peakMemory() - before < 40_000 else { exit(3) }
            }
        }
    }
}

private final class RowCounter: UsageRowSink {
    private(set) var rows = 0
    private var kept = 0

    func restart() {
        rows = kept
    }

    func keep() {
        kept = rows
    }

    func append(_ row: UsageRow) {
        rows += 1
    }
}

/// The greatest resident size of this program so far, in kB. (`getrusage` would count what ran in the process before.)
private func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
}
