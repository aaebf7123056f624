import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// Passes over a database whose older days retention gave up.
@Suite(.database)
struct RetentionPassTests {
    private func giveUp(before day: String, _ bench: PassBench) async throws {
        _ = try await bench.texts(
            "INSERT INTO ingest.retention VALUES ('facts', \(day)::text::date, '2025-06-01') RETURNING subject")
    }

    private func givenUp(_ bench: PassBench) -> [Range<Day>] {
        bench.events.value.compactMap { event in
            if case .daysGivenUp(_, let days) = event { days } else { nil }
        }
    }

    @Test func `days that were given up are not due`() async throws {
        try await PassBench.with(World(seed: 60, size: .init(rowsADay: 2)), startDate: "2025-01-01") { bench in
            var bench = bench
            bench.now = { Date(timeIntervalSince1970: 1_742_000_000) }  // 2025-03-15
            try await giveUp(before: "2025-02-01", bench)
            #expect(try await bench.pass().run(.once).isComplete)
            #expect(try await bench.stored() == bench.truth("2025-02-01..2025-03-14"))
            #expect(givenUp(bench) == [])
        }
    }

    @Test func `a backfill leaves out what was given up and says so`() async throws {
        try await PassBench.with(World(seed: 61, size: .init(rowsADay: 2)), startDate: "2025-01-01") { bench in
            try await giveUp(before: "2025-02-01", bench)
            let days = PassBench.days("2025-01-10..2025-02-05")
            let plan = try await bench.pass().plan(.backfill(days, refetching: false))
            #expect(plan.items.map(\.window.days) == [PassBench.days("2025-02-01..2025-02-05")])
            #expect(plan.givenUp == PassBench.days("2025-01-10..2025-01-31"))
            #expect(try await bench.backfill("2025-01-10..2025-02-05", refetching: true).isComplete)
            #expect(try await bench.stored() == bench.truth("2025-02-01..2025-02-05"))
            #expect(givenUp(bench) == [PassBench.days("2025-01-10..2025-01-31")])
        }
    }

    @Test func `a backfill of nothing else is refused, and nothing is sent`() async throws {
        try await PassBench.with(World(seed: 62, size: .init(rowsADay: 2))) { bench in
            try await giveUp(before: "2025-02-01", bench)
            for refetching in [false, true] {
                let error = await #expect(throws: DaysGivenUp.self) {
                    try await bench.backfill("2025-01-10..2025-01-31", refetching: refetching)
                }
                #expect(error?.firstKeptDay == Day("2025-02-01"))
            }
            await #expect(throws: DaysGivenUp.self) {
                try await bench.pass().plan(.backfill(PassBench.days("2025-01-31..2025-01-31"), refetching: false))
            }
            #expect(bench.simulator.ledger.entries.isEmpty)
        }
    }
}
