import Logging
import TestSupport
import Testing
import Timekeeping

@testable import Transport

@Suite(.inTurn)
struct TurnsTests {
    @Test func `whoever comes while all turns are taken waits, and they follow in order`() async throws {
        let turns = Turns(count: 2)
        try await turns.begin()
        try await turns.begin()
        let (order, continuation) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...3 {
                group.addTask {
                    try await turns.begin()
                    continuation.yield(number)
                }
                try await eventually("\(number) wait") { turns.waiting == number }
            }
            var iterator = order.makeAsyncIterator()
            for number in 1...3 {
                turns.end()
                #expect(await iterator.next() == number)
                #expect(turns.waiting == 3 - number)
            }
            try await group.waitForAll()
        }
    }

    @Test func `a wait can be cancelled, and takes no turn`() async throws {
        let turns = Turns(count: 1)
        try await turns.begin()
        let task = Task { try await turns.begin() }
        try await eventually("one waits") { turns.waiting == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(turns.waiting == 0)
        turns.end()
        try await turns.begin()
    }

    @Test func `who is cancelled before waiting does not wait`() async throws {
        let turns = Turns(count: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await turns.begin()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        try await turns.begin()
    }

    @Test func `an exchange with one turn sends a request when the one before was answered`() async throws {
        var settings = HTTPSettings(userAgent: "t")
        settings.requestsAtOnce = 1
        try await ScriptedServer.run { number in
            number == 1
                ? [.wait(milliseconds: 50), ScriptedServer.answer(200, body: "1")]
                : [ScriptedServer.answer(200, body: "\(number)")]
        } _: { server in
            try await Bench.run(settings: settings) { bench in
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    group.addTask { try await bench.text(.get(server.baseURL)) }
                    try await eventually("the first is under way") { server.requests.count == 1 }
                    group.addTask { try await bench.text(.get(server.baseURL)) }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers == ["1", "2"])
            }
        }
    }

    @Test func `a request that waits to be sent again leaves its turn to others`() async throws {
        var settings = HTTPSettings(userAgent: "t")
        settings.requestsAtOnce = 1
        let clock = TestClock()
        try await ScriptedServer.run { number in
            [ScriptedServer.answer(number == 1 ? 503 : 200)]
        } _: { server in
            let exchange = try HTTPExchange(
                settings: settings, budget: RequestBudget(share: 1, allowance: 1_000_000_000),
                timekeeper: Timekeeper(clock), logger: .init(label: "t"))
            let task = Task {
                try await exchange.send(.get(server.baseURL), tally: RequestTally()) { _ in WholeBody() }
            }
            await clock.sleepers(1)
            _ = try await exchange.send(.get(server.baseURL), tally: RequestTally()) { _ in WholeBody() }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            try await exchange.shutdown()
        }
    }
}
