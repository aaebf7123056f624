import FoundationEssentials
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import Infodeck

@Suite(.inTurn)
struct PaceTests {
    @Test func `a limit of one request a second is never met, however many ask at once`() async throws {
        try await Tower.run { script in
            script.allowsOneRequestASecond = true
            script.faults = [InfodeckFault(.usage, .every(3), .delay(.milliseconds(5)))]
        } _: { tower in
            let truth = tower.truth(in: Tower.day)
            try await withThrowingTaskGroup(of: ChannelUsage.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await tower.source.channelUsage(in: Tower.day).0 }
                }
                for try await usage in group { #expect(usage == truth) }
            }
            let entries = tower.simulator.entries
            #expect(entries.count == 20)
            #expect(entries.allSatisfy { $0.status == 200 })
            #expect(entries.count(where: \.overlaps) == 0)
            let gaps = zip(entries.dropFirst(), entries).map { $0.time.timeIntervalSince($1.time) }
            #expect(gaps.allSatisfy { $0 >= 1 && $0 < 1.1 }, "\(gaps)")
        }
    }

    @Test func `repetitions keep to the pace as well`() async throws {
        try await Tower.run(InfodeckFault(.usage, .range(1...5), .reset)) {
            $0.allowsOneRequestASecond = true
        } _: { tower in
            _ = try await tower.source.channelUsage(in: Tower.day)
            let times = tower.simulator.entries.map(\.time)
            #expect(times.count == 6)
            #expect(zip(times.dropFirst(), times).allSatisfy { $0.timeIntervalSince($1) >= 1 })
        }
    }
}
