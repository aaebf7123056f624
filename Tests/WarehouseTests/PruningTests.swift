import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// Days that retention gives up: dropped whole, owed no more, and told.
@Suite(.database) struct PruningTests {
    @Test func `a plan names what would go and changes nothing`() async throws {
        let fixture = try await Pruned.fixture()
        let connection = try await TestDatabase.current.connect()
        let plan = try await Pruning(on: connection, policy: Pruned.threeMonths).plan(now: Pruned.now)
        #expect(
            plan.map(\.name)
                == ["usage_row_202501", "restatement_202501", "usage_row_202502", "restatement_202502"])
        #expect(plan.map(\.rows) == [1, 1, 1, 1])
        #expect(plan.allSatisfy { $0.bytes >= 8192 })
        #expect(plan.first?.days == Month(year: 2025, month: 1).days)
        #expect(try await Pruned.partitions(fixture).count == 8)
        #expect(try await fixture.lines("SELECT subject FROM usage.retention") == [])
        #expect(try await Pruning(on: connection, policy: RetentionPolicy()).plan(now: Pruned.now) == [])
        await connection.close()
        await fixture.close()
    }

    @Test func `what is given up is gone, and neither owed nor stored again`() async throws {
        let fixture = try await Pruned.fixture()
        let first = day("2025-01-01")
        try await fixture.store(units(1), on: first)
        try await fixture.store(
            ClientSummary(days: 7, rows: [.init(day: nil, templateURI: "x", counts: row(first).counts)]), asOf: first)
        try await fixture.query("UPDATE ingest.coverage SET state = 'provisional' WHERE usage_date = '2025-01-01'")
        #expect(
            try await Pruned.prune().map(\.name)
                == ["usage_row_202501", "restatement_202501", "usage_row_202502", "restatement_202502"])
        #expect(try await Pruned.partitions(fixture) == Pruned.kept)
        #expect(try await fixture.value("SELECT min(usage_date)::text FROM usage.api_usage") == "2025-03-01")
        #expect(
            try await fixture.value("SELECT min(usage_date)::text FROM usage.api_usage_as_of('2025-06-10')")
                == "2025-03-01")
        #expect(try await fixture.value("SELECT min(usage_date)::text FROM usage.restatement") == "2025-03-01")
        // What is not kept in partitions stays.
        #expect(try await fixture.value("SELECT count(*) FROM usage.channel_usage_daily") == Int64(4))
        #expect(try await fixture.value("SELECT count(*) FROM usage.client_summary") == Int64(1))
        // The coverage of its days is kept for the sums, and told where it is not taken for that of facts.
        #expect(
            try await fixture.lines(
                "SELECT dataset, count(*) FROM ingest.coverage WHERE usage_date < '2025-03-01' GROUP BY 1 ORDER BY 1")
                == ["organization_query 4", "client_summary 1", "channel_usage 1"])
        #expect(try await fixture.lines("SELECT FROM usage.coverage WHERE usage_date < '2025-03-01'") == [])
        // Nothing of it is owed: the oldest gap is the first day that is kept and was never stored.
        let owed = try await fixture.lines(
            """
            SELECT min(usage_date), min(usage_date) FILTER (WHERE state = 'gap') FROM usage.coverage
            WHERE dataset = 'organization_query'
            """)
        #expect(owed == ["2025-03-01 2025-03-03"])
        let gaps: Int64 = try await fixture.value(
            "SELECT gaps - (ingest.today() - date '2025-03-01') + 4 + provisional_days FROM usage.freshness")
        #expect(gaps == 0)
        let lag = try #require(try await fixture.warehouse.coverageLags(of: "acme", now: Pruned.now).first)
        #expect(lag.oldestUncoveredDay == date("2025-03-03T00:00:00Z"))
        #expect(try await fixture.warehouse.firstKeptDay() == day("2025-03-01"))
        // The loader cannot bring it back, not even by a window that was planned before.
        let refused = await #expect(throws: WarehouseError.self) {
            try await fixture.store([row(day("2025-02-28"))], window("2025-02-28", "2025-02-28"))
        }
        #expect(
            refused?.description
                == "retention gave up the days before 2025-03-01, so 2025-02-28 is stored no more")
        try await fixture.store([row(day("2025-03-03"))], window("2025-03-03", "2025-03-03"))
        let retention = try await fixture.warehouse.status(now: Pruned.now).retention
        #expect(retention.map(\.firstKeptDay) == ["2025-03-01"])
        #expect(retention.map(\.decidedAt) == [Pruned.now])
        #expect(retention.map(\.waitingPartitions) == [0])
        #expect(try await Pruned.prune() == [])
        await fixture.close()
    }

    @Test func `a longer retention brings nothing back, and none finishes what was begun`() async throws {
        let fixture = try await Pruned.fixture()
        _ = try await Pruned.prune()
        #expect(try await Pruned.prune(RetentionPolicy(factsMonths: 12)) == [])
        #expect(try await fixture.warehouse.firstKeptDay() == day("2025-03-01"))
        #expect(try await Pruned.prune(RetentionPolicy()) == [])
        #expect(
            try await Pruned.prune(now: date("2025-07-01T00:00:00Z")).map(\.name) == [
                "usage_row_202503", "restatement_202503",
            ])
        await fixture.close()
    }

    @Test func `what was given up can be owed again, from nothing`() async throws {
        let fixture = try await Pruned.fixture()
        let takeBack: SQL = "SELECT ingest.take_back_retention('2025-02-10')"
        try await fixture.query(
            "INSERT INTO ingest.retention VALUES ('facts', '2025-03-01', \(Pruned.now)::timestamptz)")
        let early = await #expect(throws: PostgresError.self) { try await fixture.query(takeBack) }
        #expect(early?.sqlState == "55000")
        _ = try await Pruned.prune()
        let refused = await #expect(throws: PostgresError.self) {
            try await fixture.warehouse.pool.withConnection { try $0.execute(takeBack) }
        }
        #expect(refused?.sqlState == "42501")
        try await fixture.query(takeBack)
        #expect(try await fixture.warehouse.firstKeptDay() == day("2025-02-01"))
        #expect(
            try await fixture.lines(
                "SELECT state, count(*) FROM usage.coverage WHERE usage_date < '2025-03-01' GROUP BY state")
                == ["gap 28"])
        // Stored anew, it is summed once; January's sums stay.
        let february = window("2025-02-01", "2025-02-02")
        try await fixture.store([row(february.firstDay, requests: 5)], february)
        #expect(
            try await fixture.lines(
                "SELECT usage_date, requests FROM ingest.client_day WHERE usage_date < '2025-03-01' ORDER BY 1")
                == ["2025-01-01 2", "2025-02-01 5"])
        #expect(try await fixture.lines("SELECT rollup FROM ingest.rollup_difference") == [])
        await fixture.close()
    }

    @Test func `sums may outlive their facts, and go by the year`() async throws {
        let fixture = try await Pruned.fixture()
        for year in ["2023", "2024"] {
            let days = window("\(year)-12-30", "\(year)-12-31")
            try await fixture.store([row(days.firstDay, requests: 7)], days)
        }
        let policy = RetentionPolicy(factsMonths: 3, rollupsMonths: 12)
        #expect(
            try await Pruned.prune(policy).filter { $0.subject == .rollups }.map(\.name)
                == ["endpoint_day_2023", "client_day_2023"])
        #expect(
            try await fixture.lines("SELECT subject, first_kept_day FROM usage.retention ORDER BY subject")
                == ["facts 2025-03-01", "rollups 2024-01-01"])
        // Nobody calls that a difference, and a repair leaves alone what it could not make again.
        let sums: SQL = "SELECT usage_date, requests FROM ingest.client_day ORDER BY usage_date"
        let kept = ["2024-12-30 7", "2025-01-01 2", "2025-02-01 2", "2025-03-01 2", "2025-04-01 2"]
        #expect(try await fixture.lines(sums) == kept)
        #expect(try await fixture.lines("SELECT rollup FROM ingest.rollup_difference") == [])
        // The coverage goes with the sums.
        #expect(try await fixture.value("SELECT min(usage_date)::text FROM ingest.coverage") == "2024-12-30")
        try await fixture.query("SELECT ingest.rebuild_rollups('2023-01-01', '2025-12-31')")
        #expect(try await fixture.lines(sums) == kept)
        await fixture.close()
    }
}
