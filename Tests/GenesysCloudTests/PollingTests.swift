import Foundation
import Randomness
import Synchronization
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// When executions are asked after, seen on the simulator's ledger.
@Suite(.inTurn) struct PollingTests {
    /// How long executions take, by chance.
    enum Times: CaseIterable {
        case constant, even, logNormal

        func next(_ random: inout SeededRandom) -> Double {
            switch self {
            case .constant: return 20
            case .even: return Double.random(in: 2...40, using: &random)
            case .logNormal:
                // Box and Muller; the median is 12 s, one in six takes longer than 33 s.
                let radius = sqrt(-2 * log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &random)))
                return 12 * exp(radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random)))
            }
        }
    }

    /// The times of all polls of each execution, in seconds from its submission.
    private func fetch(_ account: Account, times: [Double], _ history: borrowing Mutex<ReadinessHistory>) async throws
        -> [[Double]]
    {
        let day = try Window.days("2025-09-01", "2025-09-01")
        var polls: [[Double]] = []
        for time in times {
            account.simulator.rewrite { $0.runningTime = .milliseconds(Int(time * 1_000)) }
            let before = account.simulator.ledger.entries.count
            let learned = history.withLock { $0.expected(Query(day)) }
            let seen = Mutex<Readiness?>(nil)
            try await fetch(account, day, expecting: learned, seen)
            if let readiness = seen.withLock({ $0 }) { history.withLock { $0.add(readiness, of: Query(day)) } }
            let entries = account.simulator.ledger.entries.dropFirst(before)
            let submitted = try #require(entries.first { $0.endpoint == .submit }).time
            polls.append(entries.filter { $0.endpoint == .results }.map { $0.time.timeIntervalSince(submitted) })
        }
        return polls
    }

    private func fetch(
        _ account: Account,
        _ window: Window,
        expecting expected: Duration?,
        _ seen: borrowing Mutex<Readiness?>
    ) async throws {
        let heard = Heard()
        var recorder = Diary().recorder
        recorder.expectedReadiness = { _ in expected }
        recorder.ready = { _, _, readiness in heard.readiness.withLock { $0 = readiness } }
        _ = try await account.source.fetch(
            OrganizationQuery(window, byUser: false), into: RowList(), recorder: recorder)
        let readiness = heard.readiness.withLock { $0 }
        seen.withLock { $0 = readiness }
    }

    private final class Heard: Sendable {
        let readiness = Mutex<Readiness?>(nil)
    }

    private static var script: Script {
        var script = Script()
        script.runningPolls = 0
        return script
    }

    @Test(arguments: Times.allCases, [1, 2] as [UInt64])
    func `once learned, two polls are enough on average, half of the first ones find the answer`(
        times: Times, seed: UInt64
    ) async throws {
        try await Account.run(script: Self.script) { account in
            var random = SeededRandom(seed: seed)
            let history = Mutex(ReadinessHistory())
            let polls = try await fetch(account, times: (0..<260).map { _ in times.next(&random) }, history)
            let learned = polls.dropFirst(60)
            let mean = Double(learned.map(\.count).reduce(0, +)) / Double(learned.count)
            let atOnce = Double(learned.count { $0.count == 1 }) / Double(learned.count)
            #expect(mean <= 2, "\(atOnce) at once")
            #expect((0.3...0.8).contains(atOnce), "\(mean) polls")
            for times in polls {
                for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 2) }
            }
        }
    }

    @Test func `an expectation that is too long comes down`() async throws {
        try await Account.run(script: Self.script) { account in
            let history = Mutex(ReadinessHistory())
            let slow = try await fetch(account, times: Array(repeating: 60, count: 25), history)
            #expect(try #require(slow.last?.first) > 40)
            let fast = try await fetch(account, times: Array(repeating: 3, count: 120), history)
            #expect(try #require(fast.last?.first) < 6)
        }
    }

    @Test func `executions that get ready because of being asked do not make it wait for ever`() async throws {
        var script = Self.script
        script.runningPolls = 1
        try await Account.run(script: script) { account in
            let history = Mutex(ReadinessHistory())
            let polls = try await fetch(account, times: Array(repeating: 0, count: 200), history)
            let learned = polls.suffix(100)
            #expect(learned.allSatisfy { $0.count == 2 })
            let waits = learned.compactMap(\.last).reduce(0, +) / 100
            #expect(waits < 6)
        }
    }

    @Test func `a poll that failed is not repeated sooner than any other`() async throws {
        try await Account.run(script: Self.script) { account in
            account.simulator.rewrite { $0.faults = [Fault(.results, .range(1...4), .status(503))] }
            let polls = try await fetch(account, times: [5], Mutex(ReadinessHistory()))
            #expect(polls[0].count >= 5)
            for (earlier, later) in zip(polls[0], polls[0].dropFirst()) { #expect(later - earlier >= 2) }
        }
    }

    @Test(arguments: 1...10)
    func `waits grow, and keep to their bounds, whatever is expected`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let policy = PollPolicy()
        for _ in 0..<200 {
            let expected: Duration? =
                Bool.random(using: &random) ? .milliseconds(Int.random(in: 0...2_000_000, using: &random)) : nil
            let first = policy.firstWait(expecting: expected, mayBeReady: false)
            #expect(first >= policy.shortest && first <= max(policy.shortest, policy.deadline / 2))
            for questions in 1...20 {
                let jitter = Double.random(in: 0..<1, using: &random)
                let wait = policy.wait(after: questions, expecting: expected, jitter: jitter)
                #expect(wait >= policy.shortest)
                #expect(wait <= max(policy.longest, first))
                let later = policy.wait(after: questions + 1, expecting: expected, jitter: jitter)
                #expect(later >= wait)
            }
        }
    }
}
