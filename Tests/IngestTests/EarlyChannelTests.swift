import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

/// Local days that lie before the source's start date, where clocks may have stood otherwise than since then.
@Suite(.database)
struct EarlyChannelTests {
    @Test func `days before the start date are local days, too`() async throws {
        try await ChannelPassTests.Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = "Europe/Berlin"
            for (start, range) in [("2026-01-01", "2025-03-28..2025-04-01"), ("2025-07-01", "2024-10-25..2024-10-29")] {
                tower.startDate = try #require(Day(start))
                #expect(try await tower.backfill(range).isComplete)
            }
            let truth =
                try tower.truth("2025-03-28..2025-04-01", zone: "Europe/Berlin")
                + tower.truth("2024-10-25..2024-10-29", zone: "Europe/Berlin")
            #expect(try await tower.stored() == truth.sorted())
        }
    }

    @Test func `a month before the start date that is checked by a later pass is a local month`() async throws {
        try await ChannelPassTests.Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = "Europe/Berlin"
            tower.startDate = PassBench.recent(-2 ... -1).lowerBound
            // The month comes after its 31 days.
            tower.vendor.rewrite { $0.faults = [InfodeckFault(.usage, .nth(32), .status(403))] }
            #expect(try await tower.backfill("2025-03-01..2025-03-31").isComplete)
            #expect(try await tower.texts("SELECT difference::text FROM usage.channel_month") == [])
            #expect(try await tower.run(.once).isComplete)
            #expect(
                try await tower.texts(
                    "SELECT DISTINCT concat(first_day, ' ', trim_scale(difference)) FROM usage.channel_month")
                    == ["2025-03-01 0"])
        }
    }
}
