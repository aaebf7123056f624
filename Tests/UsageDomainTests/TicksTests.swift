import Foundation
import Randomness
import Testing
import UsageDomain

struct TicksTests {
    @Test(arguments: [
        (0, 17), (16, 17), (17, 77), (18, 77), (76, 77), (77, 137), (617, 677), (618, 677), (36_000_000, 36_000_017),
    ])
    func `the next tick is the first of the row that lies after the moment`(moment: Int, next: Int) {
        let ticks = Ticks(every: .seconds(60), phase: .seconds(17))
        #expect(ticks.next(after: .seconds(moment)) == .seconds(next))
    }

    @Test(arguments: 1...50)
    func `whoever waits from tick to tick meets each once, and never waits longer than one step`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let every = Duration.nanoseconds(Int64.random(in: 1_000_000_000...2_678_400_000_000_000, using: &random))
        let ticks = Ticks(every: every, using: &random)
        #expect(ticks.phase >= .zero && ticks.phase < every)
        var moment = Duration.zero
        for number in 0..<10_000 {
            let next = ticks.next(after: moment)
            #expect(next == ticks.phase + every * number)
            moment = next
            guard next > moment - every else { return }
        }
    }

    @Test func `installations that start together do not call together`() {
        var random = SeededRandom(seed: 7)
        let phases = (0..<1_000).map { _ in Ticks(every: .seconds(3_600), using: &random).phase / .seconds(3_600) }
        for tenth in 0..<10 {
            let range = Double(tenth) / 10..<Double(tenth + 1) / 10
            #expect((70...130).contains(phases.count(where: range.contains)))
        }
    }
}
