import FoundationEssentials
import Testing

@testable import UsageSimulator

@Suite struct `A day` {
    @Test func `counts from the epoch through leap years and centuries`() {
        #expect(World.Day(1970, 1, 1).number == 0)
        #expect(World.Day(2000, 3, 1).number - World.Day(2000, 2, 28).number == 2)
        #expect(World.Day(2100, 3, 1).number - World.Day(2100, 2, 28).number == 1)
        #expect(World.Day(1969, 12, 31).number == -1)
    }

    @Test func `is written and read as the same text, for 400 years`() {
        for number in stride(from: World.Day(1800, 1, 1).number, through: World.Day(2200, 1, 1).number, by: 13) {
            let day = World.Day(number: number)
            guard World.Day(day.description) == day else {
                Issue.record("\(day) is not read back")
                return
            }
        }
    }

    @Test(arguments: [
        "2025-02-29", "2025-13-01", "2025-1-1", "25-01-01", "2025-00-10", "2025-01-01Z", "", "+025-01-01",
    ])
    func `refuses what is no day`(_ text: String) {
        #expect(World.Day(text) == nil)
    }

    @Test func `knows its Monday and its month`() {
        #expect(World.Day(2025, 9, 7).monday == World.Day(2025, 9, 1))
        #expect(World.Day(2025, 9, 8).monday == World.Day(2025, 9, 8))
        #expect(World.Day(1969, 12, 31).monday == World.Day(1969, 12, 29))
        #expect(World.Day(2024, 2, 29).firstOfMonth == World.Day(2024, 2, 1))
    }

    @Test func `holds its instants in UTC`() {
        let start = World.Day(2025, 9, 1).start
        #expect(World.Day(containing: start) == World.Day(2025, 9, 1))
        #expect(World.Day(containing: start.addingTimeInterval(-0.001)) == World.Day(2025, 8, 31))
        #expect(World.Day(containing: start.addingTimeInterval(86_399.999)) == World.Day(2025, 9, 1))
    }
}
