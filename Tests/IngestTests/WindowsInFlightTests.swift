import Randomness
import Testing
import UsageDomain

@testable import struct Ingest.Deferrals
@testable import struct Ingest.WindowsInFlight

struct WindowsInFlightTests {
    /// Windows that end one after the other.
    private struct Flight {
        var windows: WindowsInFlight
        var now = Duration.zero
        var idleTime = Duration.zero
        var refusals = 0

        init(limit: Int = 3) {
            windows = WindowsInFlight(limit: limit, most: 24)
        }

        var limit: Int { windows.limit }

        /// Ends one, with as many in flight as are allowed, after a second of which a part was idle.
        mutating func end(
            idle: Double = 0, refusals more: Int = 0, crowdedOut: Bool = false, isFruitful: Bool = true,
            working: Int? = nil
        ) {
            now += .seconds(1)
            idleTime += .seconds(idle)
            refusals += more
            windows.windowEnded(
                .init(
                    refusals: refusals, idleTime: idleTime, now: now, wasCrowdedOut: crowdedOut,
                    isFruitful: isFruitful, working: working ?? limit - 1))
        }
    }

    @Test func `a window that failed allows no more of them`() {
        var flight = Flight()
        for _ in 0..<100 { flight.end(idle: 0.2, isFruitful: false) }
        #expect(flight.limit == 3)
    }

    @Test func `while the budget is not used to the full, each window that ends allows one more`() {
        var flight = Flight()
        for _ in 0..<5 { flight.end(idle: 0.2) }
        #expect(flight.limit == 8)
        for _ in 0..<100 { flight.end(idle: 0.2) }
        #expect(flight.limit == 24)
    }

    @Test func `when the budget is used, more windows would only wait with the others`() {
        var flight = Flight()
        for _ in 0..<50 { flight.end(idle: 0.01) }
        #expect(flight.limit == 3)
    }

    @Test func `windows that end together are judged by what was before`() {
        var flight = Flight()
        flight.end(idle: 0.9)
        for _ in 0..<5 { flight.end() }
        #expect(flight.limit == 9)
        for _ in 0..<40 { flight.end() }
        #expect(flight.limit < 24)
    }

    @Test func `a refusal halves the number, and those in flight at the time do not halve it again`() {
        var flight = Flight(limit: 16)
        flight.end(refusals: 1)
        #expect(flight.limit == 8)
        for _ in 0..<15 { flight.end(refusals: 1, working: 8) }
        #expect(flight.limit == 8)
        flight.end(refusals: 1)
        #expect(flight.limit == 4)
    }

    @Test func `one is always allowed`() {
        var flight = Flight()
        for _ in 1...100 {
            flight.end(refusals: 1, crowdedOut: true, working: 0)
            #expect(flight.limit >= 1)
        }
        #expect(flight.limit == 1)
    }

    @Test func `after refusals the number grows more slowly each time`() {
        func calm(after refusals: Int) -> Int {
            var flight = Flight(limit: 2)
            for _ in 1...refusals { flight.end(refusals: 1, working: 0) }
            var count = 0
            while flight.limit == 1 {
                flight.end(idle: 0.9, working: 0)
                count += 1
            }
            return count
        }
        #expect(calm(after: 1) == 16)
        #expect(calm(after: 2) == 32)
        // The time in which the refusals came counts at first.
        #expect((1_024...1_044).contains(calm(after: 20)))
    }

    @Test(arguments: 1...20)
    func `whatever happens, the number stays within its bounds`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var flight = Flight()
        for _ in 0..<2_000 {
            let before = flight.limit
            flight.end(
                idle: Double.random(in: 0...0.2, using: &random),
                refusals: max(0, Int.random(in: -20...3, using: &random)),
                crowdedOut: Int.random(in: 0..<50, using: &random) == 0,
                working: Int.random(in: 0...30, using: &random))
            #expect((1...24).contains(flight.limit))
            #expect(flight.limit <= before + 1)
        }
    }

    @Test func `a window is put off for twice as long each time, up to a minute, and not for ever`() {
        var deferrals = Deferrals()
        let window = Window(dataset: .organizationQuery, days: PassBench.days("2025-01-01..2025-01-31"))
        let other = Window(dataset: .organizationQuery, days: PassBench.days("2025-02-01..2025-02-28"))
        var waits: [Duration] = []
        while deferrals.mayDefer(window) {
            deferrals.add(window, besides: 1)
            waits.append(deferrals.wait(before: window))
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(deferrals.mayDefer(other))
        #expect(deferrals.wait(before: other) == .zero)
    }

    @Test func `a window that is refused while no other is under way is tried once more only`() throws {
        let day = try #require(Day("2025-01-01"))
        let window = Window(dataset: .organizationQuery, days: day..<day.advanced(by: 1))
        var deferrals = Deferrals()
        #expect(deferrals.mayDefer(window))
        deferrals.add(window, besides: 0)
        #expect(!deferrals.mayDefer(window))
        #expect(deferrals.wait(before: window) == .seconds(1))
    }
}
