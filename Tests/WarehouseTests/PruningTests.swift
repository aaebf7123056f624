import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// Days that retention gives up: dropped whole, owed no more, and told.
@Suite(.database) struct PruningTests {
    private static let now = date("2025-06-15T00:00:00Z")
    private static let threeMonths = RetentionPolicy(factsMonths: 3)
    private static let months = ["2025-01", "2025-02", "2025-03", "2025-04"]

    /// A row of each month, each of which then changes once; months before March are given up by three months in June.
    private static func filled() async throws -> Fixture {
        let fixture = try await Fixture()
        for month in months {
            let days = window("\(month)-01", "\(month)-02")
            for requests in [Int64(1), 2] {
                try await fixture.store([row(days.firstDay, requests: requests)], days)
            }
        }
        return fixture
    }

    private func prune(
        _ policy: RetentionPolicy = threeMonths,
        now: Date = now,
        limits: PruningLimits = PruningLimits()
    ) async throws -> [PrunablePartition] {
        let connection = try await TestDatabase.current.connect()
        let dropped = Dropped()
        do {
            try await Pruning(on: connection, policy: policy, limits: limits)
                .perform(now: now) { dropped.partitions.append($0) }
            await connection.close()
            return dropped.partitions
        } catch {
            await connection.close()
            throw error
        }
    }

    private final class Dropped {
        var partitions: [PrunablePartition] = []
    }

    private func partitions(_ fixture: Fixture) async throws -> [String] {
        try await fixture.lines("SELECT name FROM ingest.day_partition WHERE subject = 'facts' ORDER BY name")
    }

    private let kept = ["restatement_202503", "restatement_202504", "usage_row_202503", "usage_row_202504"]

    @Test func `a plan names what would go and changes nothing`() async throws {
        let fixture = try await Self.filled()
        let connection = try await TestDatabase.current.connect()
        let plan = try await Pruning(on: connection, policy: Self.threeMonths).plan(now: Self.now)
        #expect(
            plan.map(\.name)
                == ["usage_row_202501", "restatement_202501", "usage_row_202502", "restatement_202502"])
        #expect(plan.map(\.rows) == [1, 1, 1, 1])
        #expect(plan.allSatisfy { $0.bytes >= 8192 })
        #expect(plan.first?.days == Month(year: 2025, month: 1).days)
        #expect(try await partitions(fixture).count == 8)
        #expect(try await fixture.lines("SELECT subject FROM usage.retention") == [])
        #expect(try await Pruning(on: connection, policy: RetentionPolicy()).plan(now: Self.now) == [])
        await connection.close()
        await fixture.close()
    }

    @Test func `what is given up is gone, and neither owed nor stored again`() async throws {
        let fixture = try await Self.filled()
        let first = day("2025-01-01")
        try await fixture.store(units(1), on: first)
        try await fixture.store(
            ClientSummary(days: 7, rows: [.init(day: nil, templateURI: "x", counts: row(first).counts)]), asOf: first)
        try await fixture.query("UPDATE ingest.coverage SET state = 'provisional' WHERE usage_date = '2025-01-01'")
        #expect(
            try await prune().map(\.name)
                == ["usage_row_202501", "restatement_202501", "usage_row_202502", "restatement_202502"])
        #expect(try await partitions(fixture) == kept)
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
        let lag = try #require(try await fixture.warehouse.coverageLags(of: "acme", now: Self.now).first)
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
        let retention = try await fixture.warehouse.status(now: Self.now).retention
        #expect(retention.map(\.firstKeptDay) == ["2025-03-01"])
        #expect(retention.map(\.decidedAt) == [Self.now])
        #expect(retention.map(\.waitingPartitions) == [0])
        #expect(try await prune() == [])
        await fixture.close()
    }

    @Test func `a longer retention brings nothing back, and none finishes what was begun`() async throws {
        let fixture = try await Self.filled()
        _ = try await prune()
        #expect(try await prune(RetentionPolicy(factsMonths: 12)) == [])
        #expect(try await fixture.warehouse.firstKeptDay() == day("2025-03-01"))
        #expect(try await prune(RetentionPolicy()) == [])
        #expect(
            try await prune(now: date("2025-07-01T00:00:00Z")).map(\.name) == [
                "usage_row_202503", "restatement_202503",
            ])
        await fixture.close()
    }

    enum Interruption: String, CaseIterable {
        case decided = "SELECT 1"
        case detached = "ALTER TABLE ingest.usage_row DETACH PARTITION ingest.usage_row_202501"
        case dropped = "DROP TABLE ingest.usage_row_202501"
    }

    @Test(arguments: Interruption.allCases)
    func `a pruning that was killed is finished by the next one`(interruption: Interruption) async throws {
        let fixture = try await Self.filled()
        try await fixture.query(
            "INSERT INTO ingest.retention VALUES ('facts', '2025-03-01', \(Self.now)::timestamptz)")
        try await fixture.query(SQL(unsafe: interruption.rawValue))
        let waiting: Int64 = try await fixture.value("SELECT waiting_partitions FROM usage.retention")
        #expect(waiting == (interruption == .dropped ? 3 : 4))
        // The daemon's login is in no need of what is left there.
        let missing = try await fixture.warehouse.pool.withConnection { try RequiredRights.missing(on: $0) }
        #expect(missing == [])
        // Whatever the configuration says now.
        #expect(try await prune(RetentionPolicy()).count == Int(waiting))
        #expect(try await partitions(fixture) == kept)
        #expect(try await fixture.lines("SELECT FROM usage.coverage WHERE usage_date < '2025-03-01'") == [])
        await fixture.close()
    }

    @Test func `a reader goes on seeing what it saw, new ones do not wait, and the next pruning ends it`() async throws
    {
        let fixture = try await Self.filled()
        let reader = try await TestDatabase.current.connect()
        let count: SQL = "SELECT count(*) FROM usage.api_usage"
        let seen = try await reader.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            return try connection.query(count).first?.decode(Int64.self)
        }
        #expect(seen == 4)
        var limits = PruningLimits()
        (limits.lock, limits.pause, limits.partition) = (.milliseconds(50), .milliseconds(5), .milliseconds(200))
        await #expect(throws: PruningError.inUse("usage_row_202501", waited: limits.partition)) {
            try await prune(limits: limits)
        }
        #expect(
            try await fixture.lines("SELECT name FROM ingest.day_partition WHERE is_detaching")
                == ["usage_row_202501"])
        // New readers see it no more and the daemon makes its partitions, neither behind anybody.
        let others = try await TestDatabase.current.connect()
        let seenByOthers = try await others.run(timeout: .seconds(120)) { connection in
            try connection.execute("SET lock_timeout = '2s'")
            try connection.execute("SELECT ingest.ensure_partition('2025-07-01')")
            return try connection.query(count).first?.decode(Int64.self)
        }
        #expect(seenByOthers == 3)
        let seenAgain = try await reader.run(timeout: .seconds(120)) { connection in
            let rows = try connection.query(count).first?.decode(Int64.self)
            try connection.execute("COMMIT")
            return rows
        }
        #expect(seenAgain == 4)
        #expect(try await prune().count == 4)
        #expect(try await partitions(fixture).filter { $0 < "restatement_202503" } == [])
        await fixture.close()
    }

    @Test func `a window that is being stored meanwhile is waited for`() async throws {
        let fixture = try await Self.filled()
        let loader = try await TestDatabase.current.connect()
        try await loader.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN")
            try connection.execute("UPDATE ingest.usage_row SET requests = 9 WHERE usage_date = '2025-01-01'")
            try connection.execute("UPDATE ingest.coverage SET last_error = 'x' WHERE usage_date = '2025-01-01'")
        }
        var limits = PruningLimits()
        (limits.lock, limits.pause) = (.milliseconds(50), .milliseconds(5))
        async let pruned = prune(limits: limits)
        try await eventually("the partition is being detached") {
            try await fixture.lines("SELECT name FROM ingest.day_partition WHERE is_detaching") == ["usage_row_202501"]
        }
        _ = try await loader.run(timeout: .seconds(120)) { try $0.execute("COMMIT") }
        #expect(try await pruned.count == 4)
        #expect(try await fixture.lines("SELECT FROM usage.coverage WHERE usage_date < '2025-03-01'") == [])
        await fixture.close()
    }

    @Test func `what was given up can be owed again, from nothing`() async throws {
        let fixture = try await Self.filled()
        let takeBack: SQL = "SELECT ingest.take_back_retention('2025-02-10')"
        try await fixture.query(
            "INSERT INTO ingest.retention VALUES ('facts', '2025-03-01', \(Self.now)::timestamptz)")
        let early = await #expect(throws: PostgresError.self) { try await fixture.query(takeBack) }
        #expect(early?.sqlState == "55000")
        _ = try await prune()
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
        let fixture = try await Self.filled()
        for year in ["2023", "2024"] {
            let days = window("\(year)-12-30", "\(year)-12-31")
            try await fixture.store([row(days.firstDay, requests: 7)], days)
        }
        let policy = RetentionPolicy(factsMonths: 3, rollupsMonths: 12)
        #expect(
            try await prune(policy).filter { $0.subject == .rollups }.map(\.name)
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

    @Test func `one at a time, and not by the daemon's login`() async throws {
        let fixture = try await Self.filled()
        let holder = try await TestDatabase.current.connect()
        _ = try await holder.run(timeout: .seconds(120)) {
            try $0.query("SELECT pg_advisory_lock(hashtextextended('usaged prune', 0))")
        }
        await #expect(throws: PruningError.runsAlready) { try await prune() }
        await holder.close()
        let database = try TestDatabase.current
        let login = "daemon_of_\(database.name)"
        try await fixture.query("CREATE ROLE \(identifier: login) LOGIN IN ROLE usage_writer")
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(
                conninfo: "\(database.conninfo) user=\(login)", applicationName: "test",
                connectTimeout: .seconds(120)), logger: .silent)
        let refused = await #expect(throws: PostgresError.self) {
            try await Pruning(on: connection, policy: Self.threeMonths).perform(now: Self.now) { _ in }
        }
        #expect(refused?.sqlState == "42501")
        await connection.close()
        #expect(try await partitions(fixture).count == 8)
        #expect(try await fixture.warehouse.firstKeptDay() == nil)
        await fixture.close()
    }
}
