import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// The built binary on a machine whose clock is wrong.
@Suite(.database, .timeLimit(.minutes(30)))
struct ClockCommandTests {
    @Test(arguments: [(-3, "ahead of"), (3, "behind")])
    func `a clock that is days away from the vendor's stops the source before a question is asked, and says so`(
        vendorAheadByDays days: Int, words: String
    ) async throws {
        try await Installation.with(World(seed: 90, size: .init(rowsADay: 5)), script: Installation.prompt) { usaged in
            try usaged.configure { $0.replacing("2020-01-01", with: "\(Installation.daysAgo(5))") }
            usaged.simulator.rewrite { $0.clockError = .seconds(days * 86_400) }
            let refused = try await usaged.usaged("run", "--once")
            #expect(refused.code == 69, "\(refused.log)")
            #expect(refused.log.contains(/clock is (259199|25920[01]) s/), "\(refused.log)")
            #expect(refused.log.contains("s \(words) the server's; set it"))
            #expect(refused.log.contains("timedatectl set-ntp true"))
            #expect(usaged.simulator.ledger.entries.allSatisfy { $0.endpoint != .submit })
            #expect(try await usaged.texts("SELECT source || state FROM usage.coverage WHERE state <> 'gap'") == [])

            usaged.simulator.rewrite { $0.clockError = .zero }
            let done = try await usaged.usaged("run", "--once")
            #expect(done.code == 0, "\(done.log)")
        }
    }
}
