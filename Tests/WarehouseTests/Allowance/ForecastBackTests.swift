import TestSupport
import Testing

/// The forecast against a year that is known: what the README and the view's comment say of its accuracy.
@Suite(.database) struct ForecastBackTests {
    @Test func `a year of weekly swing, growth, noise and outages is forecast well, and the interval holds`()
        async throws
    {
        let fixture = try await Fixture()
        let test = try await BackTest(BackTest.World(name: "± 40 % a week, + 5 % a month, noise 0.15, outage"), fixture)
        print(test.table)
        #expect(test.lines.map(\.knownDays) == [5, 10, 15, 20, 25])
        let byDay10 = try #require(test.lines.first { $0.knownDays == 10 })
        #expect(byDay10.error <= 5)
        #expect(byDay10.error <= 0.7 * byDay10.straightLineError)
        #expect(test.error <= 0.7 * test.straightLineError)
        for line in test.lines {
            #expect(line.error <= 10 && line.error < line.straightLineError)
            #expect((70...90).contains(line.held))
        }
        await fixture.close()
    }

    /// Worlds the method was not made for, and what may be expected of it there.
    static let others: [(world: BackTest.World, error: Double, held: ClosedRange<Double>)] = [
        (BackTest.World(name: "no weekly swing", weeklySwing: 0), 5, 70...90),
        (BackTest.World(name: "no growth", monthlyGrowth: 0), 5, 75...90),
        (BackTest.World(name: "+ 15 % a month", monthlyGrowth: 0.15), 6, 70...90),
        (BackTest.World(name: "a new client doubles usage", hasJump: true), 8, 70...90),
        (BackTest.World(name: "holidays with a third of the usage", hasHolidays: true), 10, 60...90),
        (BackTest.World(name: "one day of ten was never stored", gaps: 0.1), 6, 70...90),
    ]

    @Test(arguments: others.indices)
    func `worlds that it was not made for are forecast about as well`(_ index: Int) async throws {
        let fixture = try await Fixture()
        let (other, error, held) = Self.others[index]
        var world = other
        world.seeds = 15
        let test = try await BackTest(world, fixture)
        print(test.table)
        #expect(test.error < test.straightLineError)
        for line in test.lines {
            #expect(line.error <= error, "\(line)")
            #expect(held.contains(line.held), "\(line)")
        }
        await fixture.close()
    }
}
