import Foundation
import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

@Suite(.database)
struct PassTests {
    @Test func `the recorded real answer is stored as its 128 rows and 1,130 requests`() async throws {
        try await PassBench.with(World.recorded(), startDate: "2020-02-01") { bench in
            let report = try await bench.backfill("2020-02-01..2020-02-28")
            #expect(report.isComplete)
            #expect(
                try await bench.texts("SELECT count(*) || ' ' || sum(requests) FROM usage.api_usage") == ["128 1130"])
            #expect(try await bench.stored() == bench.truth("2020-02-01..2020-02-28"))
            #expect(try await bench.states() == ["covered": 28])
        }
    }

    @Test func `a refetch asks again and touches no fact`() async throws {
        try await PassBench.with(World(seed: 1), startDate: "2025-01-01") { bench in
            try await bench.backfill("2025-01-01..2025-02-10")
            let before = try await bench.texts(
                "SELECT concat(tableoid, ctid, xmin, fact) FROM ingest.usage_row AS fact ORDER BY 1")
            let asked = bench.simulator.ledger.count(of: .submit)
            let report = try await bench.backfill("2025-01-01..2025-02-10", refetching: true)
            #expect(bench.simulator.ledger.count(of: .submit) == asked * 2)
            #expect(report.summary.rowsUnchanged == Int64(before.count))
            #expect(
                try await bench.texts(
                    "SELECT concat(tableoid, ctid, xmin, fact) FROM ingest.usage_row AS fact ORDER BY 1")
                    == before)
            #expect(try await bench.texts("SELECT 'x' FROM usage.restatement") == [])
        }
    }

    @Test func `a backfill that was done asks for nothing`() async throws {
        try await PassBench.with(World(seed: 2)) { bench in
            try await bench.backfill("2025-01-01..2025-01-31")
            let asked = bench.simulator.ledger.count(of: .submit)
            let report = try await bench.backfill("2025-01-01..2025-01-31")
            #expect(report.summary.windowsPlanned == 0)
            #expect(bench.simulator.ledger.count(of: .submit) == asked)
        }
    }

    @Test(arguments: [UInt64(3), 4, 5])
    func `after a restatement the table is the new truth and the journal leads back to the old one`(seed: UInt64)
        async throws
    {
        try await PassBench.with(World(seed: seed)) { bench in
            try await bench.backfill("2025-03-01..2025-03-20")
            let old = try bench.truth("2025-03-01..2025-03-20")
            bench.simulator.restate(.init(2025, 3, 2), .init(2025, 3, 9), .init(2025, 3, 20))
            let new = try bench.truth("2025-03-01..2025-03-20")
            #expect(new != old)
            try await bench.backfill("2025-03-01..2025-03-20", refetching: true)
            #expect(try await bench.stored() == new)
            #expect(try await bench.storedBeforeRestatements() == old)
        }
    }

    @Test func `one pass brings all that is owed, newest days first, and the next has nothing to do`() async throws {
        try await PassBench.with(World(seed: 6)) { bench in
            var bench = bench
            let now = try #require(Day("2025-03-15")).start.addingTimeInterval(3600)
            bench.now = { now }
            let report = try await bench.pass().run(.once)
            #expect(report.isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-03-14"))
            let began = bench.events.value.compactMap { event in
                if case .windowBegan(_, let window) = event { "\(window.lastDay)" } else { nil }
            }
            #expect(Set(began) == ["2025-03-14", "2025-02-28", "2025-01-31"])
            #expect(try await bench.pass().run(.once).summary.windowsPlanned == 0)
        }
    }

    @Test func `a plan lists windows and sends nothing`() async throws {
        try await PassBench.with(World(seed: 7)) { bench in
            let plan = try await bench.pass().plan(
                .backfill(PassBench.days("2025-01-15..2025-03-02"), refetching: false))
            #expect(plan.items.map(\.window.days.count) == [2, 28, 17])
            #expect(plan.unknownSources == ["acme"])
            #expect(bench.simulator.ledger.entries.isEmpty)
        }
    }

    @Test func `progress counts windows, rows and requests up to the end`() async throws {
        try await PassBench.with(World(seed: 8)) { bench in
            let report = try await bench.backfill("2025-01-15..2025-04-02")
            let steps = bench.events.value.compactMap { event in
                if case .progressed(let progress) = event { progress } else { nil }
            }
            #expect(steps.map(\.windowsDone) == [1, 2, 3, 4])
            #expect(steps.last?.rows == report.summary.rowsInserted)
            #expect(steps.last?.requests == report.summary.requests)
            #expect(steps.last?.timeLeft == .zero)
        }
    }

    @Test func `a second source on the same dataset of one organization is refused`() async throws {
        try await PassBench.with(World(seed: 9)) { bench in
            let other = bench.beside("other")
            let sources = [try bench.source(), try other.source()]
            await #expect {
                try await bench.pass(sources).run(
                    .backfill(PassBench.days("2025-01-01..2025-01-02"), refetching: false))
            } throws: { error in
                guard case WarehouseError.datasetClaimed(.organizationQuery, _, _, _) = error else { return false }
                return true
            }
        }
    }
}

extension PassBench {
    /// The stored rows with every restatement undone, newest first.
    func storedBeforeRestatements() async throws -> Set<String> {
        var rows = Set(try await stored())
        let changes = try await warehouse.pool.withConnection { connection in
            try connection.query(
                """
                SELECT concat_ws('|', usage_date, client_id, client_name, template_uri, http_method),
                    CASE WHEN old_requests IS NOT NULL THEN concat_ws('|', old_requests, old_status_200,
                        old_status_300, old_status_400, old_status_429, old_status_500) ELSE '' END,
                    CASE WHEN new_requests IS NOT NULL THEN concat_ws('|', new_requests, new_status_200,
                        new_status_300, new_status_400, new_status_429, new_status_500) ELSE '' END
                FROM usage.restatement
                ORDER BY restatement_id DESC
                """
            ).map { try $0.decode(String.self, String.self, String.self) }
        }
        for (identity, old, new) in changes {
            if !new.isEmpty { rows.remove("\(identity)|\(new)") }
            if !old.isEmpty { rows.insert("\(identity)|\(old)") }
        }
        return rows
    }
}
