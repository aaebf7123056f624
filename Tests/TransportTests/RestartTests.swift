import Randomness
import Synchronization
import TestSupport
import Testing
import Timekeeping
import UsageDomain

@testable import Transport

/// What a process remembers of the one before it.
@Suite(.inTurn) struct RestartTests {
    /// What a database would hold: what is kept, and when a silence ends on the clock.
    private final class Notebook: Sendable {
        private let written = Mutex((allowance: Int?.none, end: Duration.zero, writes: 0))
        private let clock: TestClock

        init(_ clock: TestClock) {
            self.clock = clock
        }

        var memory: BudgetMemory {
            written.withLock {
                BudgetMemory(allowance: $0.allowance, silence: max($0.end - clock.now.offset, .zero))
            }
        }
        var writes: Int { written.withLock { $0.writes } }

        func write(_ memory: BudgetMemory) {
            let end = clock.now.offset + memory.silence
            written.withLock {
                $0 = (memory.allowance, max($0.end, memory.silence > .zero ? end : .zero), $0.writes + 1)
            }
        }
    }

    private func start(_ clock: TestClock, _ notebook: Notebook, share: Double = 0.8) async -> RequestBudget {
        let budget = RequestBudget(share: share, timekeeper: Timekeeper(clock))
        _ = await budget.resume(notebook.memory) { notebook.write($0) }
        return budget
    }

    @Test(arguments: 1...30)
    func `however often the process starts, no minute has more requests than are allowed`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let clock = TestClock(skipsWaits: true)
        let notebook = Notebook(clock)
        let allowed = [6, 12, 60, 120, 300, 3_000].randomElement(using: &random) ?? 300
        let share = Double.random(in: 0.1...1, using: &random)
        var sent: [Duration] = []
        for _ in 0..<40 {
            let budget = await start(clock, notebook, share: share)
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                #expect(try await budget.admit() == nil)
                sent.append(clock.now.offset)
                await budget.observe(RateLimitHeaders(allowed: allowed))
                clock.advance(by: .milliseconds(Int.random(in: 0...50, using: &random)))
            }
            clock.advance(by: .milliseconds(Int.random(in: 0...500, using: &random)))
        }
        #expect(sent.count > 100)
        for (index, moment) in sent.enumerated() {
            let within = sent[...index].reversed().prefix { $0 > moment - .seconds(60) }.count
            #expect(within <= max(1, Int(share * Double(allowed))))
        }
        #expect(notebook.writes == 1, "written only when it changes")
    }

    @Test(arguments: 1...10)
    func `a silence outlives the process that was asked for it`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let clock = TestClock(skipsWaits: true)
        let notebook = Notebook(clock)
        var end = Duration.zero
        for _ in 0..<50 {
            let budget = await start(clock, notebook)
            #expect(try await budget.admit() == nil)
            #expect(clock.now.offset >= end)
            let silence = Duration.seconds(Int.random(in: 2...170, using: &random))
            end = clock.now.offset + silence
            await budget.rest(for: silence)
            clock.advance(by: silence * Double.random(in: 0...1, using: &random))
        }
    }

    @Test func `a silence too long to be waited for is told at once`() async throws {
        let clock = TestClock(skipsWaits: true)
        let notebook = Notebook(clock)
        notebook.write(BudgetMemory(silence: .seconds(7_200)))
        let budget = RequestBudget(timekeeper: Timekeeper(clock))
        #expect(await budget.resume(notebook.memory) { _ in } == .seconds(7_200))
        #expect(try await budget.admit() == .seconds(7_200))
        #expect(await budget.requests == 0)
        clock.advance(by: .seconds(7_100))
        #expect(try await budget.admit() == nil)
        #expect(clock.now.offset >= .seconds(7_200))
    }

    @Test func `what is learned is kept before anything else is done`() async throws {
        let clock = TestClock(skipsWaits: true)
        let notebook = Notebook(clock)
        let budget = await start(clock, notebook)
        await budget.rest(for: .seconds(120))
        #expect(notebook.memory.silence == .seconds(120))
        await budget.observe(RateLimitHeaders(allowed: 180))
        #expect(notebook.memory.allowance == 180)
        await budget.state(allowance: 60)
        #expect(notebook.memory.allowance == 60)
        #expect(await budget.limit == 48)
        await budget.observe(RateLimitHeaders(allowed: 180))
        #expect(await budget.limit == 48, "the lowest of what is known counts")
        #expect(notebook.writes == 3)
        await budget.state(allowance: nil)
        #expect(await budget.limit == 144)
    }

    @Test func `what could not be kept is told again with the next that is learned, and when it is asked for`()
        async throws
    {
        struct Away: Error {}
        let clock = TestClock(skipsWaits: true)
        let notebook = Notebook(clock)
        let isAway = Atomic(true)
        let budget = RequestBudget(timekeeper: Timekeeper(clock))
        _ = await budget.resume(notebook.memory) {
            guard !isAway.load(ordering: .relaxed) else { throw Away() }
            notebook.write($0)
        }
        await budget.observe(RateLimitHeaders(allowed: 180))
        await budget.rest(for: .seconds(120))
        await #expect(throws: Away.self) { try await budget.keepWhatIsNew() }
        #expect(notebook.memory == BudgetMemory())
        clock.advance(by: .seconds(20))
        isAway.store(false, ordering: .relaxed)
        try await budget.keepWhatIsNew()
        #expect(notebook.memory == BudgetMemory(allowance: 180, silence: .seconds(100)))
        try await budget.keepWhatIsNew()
        #expect(notebook.writes == 1, "what is kept is not kept again")
        isAway.store(true, ordering: .relaxed)
        await budget.observe(RateLimitHeaders(allowed: 60))
        isAway.store(false, ordering: .relaxed)
        await budget.observe(RateLimitHeaders(allowed: 60))
        #expect(notebook.memory.allowance == 60)
    }

    @Test func `what could not be kept is told to the next who resumes`() async throws {
        struct Away: Error {}
        let clock = TestClock(skipsWaits: true)
        let notebook = Notebook(clock)
        let budget = RequestBudget(timekeeper: Timekeeper(clock))
        _ = await budget.resume(notebook.memory) { _ in throw Away() }
        await budget.rest(for: .seconds(120))
        _ = await budget.resume(notebook.memory) { notebook.write($0) }
        #expect(notebook.memory.silence == .seconds(120))
    }

    @Test func `the one that came first goes first`() async throws {
        let clock = TestClock()
        let budget = RequestBudget(share: 1, allowance: 60, timekeeper: Timekeeper(clock))
        #expect(try await budget.admit() == nil)
        let admitted = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...5 {
                group.addTask {
                    _ = try await budget.admit()
                    admitted.add(number)
                }
                await clock.sleepers(number)
            }
            #expect(await budget.waiting == 5)
            for left in (0..<5).reversed() {
                clock.advance(by: .seconds(61) / 60)
                await clock.sleepers(left)
                try await group.next()
            }
        }
        #expect(admitted.numbers == [1, 2, 3, 4, 5])
    }

    private final class Order: Sendable {
        private let list = Mutex<[Int]>([])

        var numbers: [Int] { list.withLock { $0 } }

        func add(_ number: Int) {
            list.withLock { $0.append(number) }
        }
    }
}
