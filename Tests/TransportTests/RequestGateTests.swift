import TestSupport
import Testing
import Timekeeping

@testable import Transport

@Suite(.inTurn) struct RequestGateTests {
    @Test func `a gate is open until it is told otherwise`() {
        #expect(RequestGate().isOpen)
    }

    @Test func `a gate closes by itself at the moment until which it was opened`() async throws {
        let gate = RequestGate()
        gate.open(until: .now + .seconds(600))
        #expect(gate.isOpen)
        gate.open(until: .now)
        #expect(!gate.isOpen)
        let task = Task { try await gate.waitUntilOpened() }
        try await eventually("one waits") { gate.waiting == 1 }
        gate.open(until: .now + .seconds(600))
        try await task.value
        #expect(gate.waiting == 0)
    }

    @Test func `requests wait at a closed gate uncounted, and keep to the pace when it opens`() async throws {
        let clock = TestClock(skipsWaits: true)
        let timekeeper = Timekeeper(clock)
        // One a second, and a 61st of a minute.
        let budget = RequestBudget(share: 1, allowance: 60, timekeeper: timekeeper)
        budget.gate.close()
        try await withThrowingTaskGroup(of: Duration?.self) { group in
            for _ in 1...5 { group.addTask { try await budget.admit() } }
            try await eventually("all wait") { budget.gate.waiting == 5 }
            #expect(timekeeper.now == .zero)
            budget.gate.open(until: .now + .seconds(600))
            for try await silence in group { #expect(silence == nil) }
        }
        // The first goes at once, the other four one after the other.
        #expect(timekeeper.now >= RequestPace.window / 60 * 4)
    }

    @Test func `a gate that refuses ends those that wait and those that come, until it is opened`() async throws {
        let budget = RequestBudget()
        budget.gate.close()
        let waiting = Task { try await budget.admit() }
        try await eventually("one waits") { budget.gate.waiting == 1 }
        budget.gate.refuse()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await #expect(throws: CancellationError.self) { try await budget.admit() }
        budget.gate.open(until: .now + .seconds(600))
        #expect(try await budget.admit() == nil)
    }

    @Test func `a wait at the gate can be cancelled`() async throws {
        let gate = RequestGate()
        gate.close()
        let task = Task { try await gate.waitUntilOpened() }
        try await eventually("one waits") { gate.waiting == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(gate.waiting == 0)
    }

    @Test func `an exchange sends nothing while its gate is closed`() async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(200, body: "there")]
        } _: { server in
            try await Bench.run { bench in
                bench.exchange.gate.close()
                async let answer = bench.text(.get(server.baseURL))
                try await eventually("one waits") { bench.exchange.gate.waiting == 1 }
                #expect(bench.tally.requests == 0)
                bench.exchange.gate.open(until: .now + .seconds(600))
                #expect(try await answer == "there")
            }
        }
    }
}
