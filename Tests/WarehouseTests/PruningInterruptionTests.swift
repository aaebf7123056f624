import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// A pruning beside readers, loaders and other prunings, and after one that was killed.
@Suite(.database) struct PruningInterruptionTests {
    enum Interruption: String, CaseIterable {
        case decided = "SELECT 1"
        case detached = "ALTER TABLE ingest.usage_row DETACH PARTITION ingest.usage_row_202501"
        case dropped = "DROP TABLE ingest.usage_row_202501"
    }

    @Test(arguments: Interruption.allCases)
    func `a pruning that was killed is finished by the next one`(interruption: Interruption) async throws {
        let fixture = try await Pruned.fixture()
        try await fixture.query(
            "INSERT INTO ingest.retention VALUES ('facts', '2025-03-01', \(Pruned.now)::timestamptz)")
        try await fixture.query(SQL(unsafe: interruption.rawValue))
        let waiting: Int64 = try await fixture.value("SELECT waiting_partitions FROM usage.retention")
        #expect(waiting == (interruption == .dropped ? 3 : 4))
        // The daemon's login is in no need of what is left there.
        let missing = try await fixture.warehouse.pool.withConnection { try RequiredRights.missing(on: $0) }
        #expect(missing == [])
        // Whatever the configuration says now.
        #expect(try await Pruned.prune(RetentionPolicy()).count == Int(waiting))
        #expect(try await Pruned.partitions(fixture) == Pruned.kept)
        #expect(try await fixture.lines("SELECT FROM usage.coverage WHERE usage_date < '2025-03-01'") == [])
        await fixture.close()
    }

    @Test func `a reader goes on seeing what it saw, new ones do not wait, and the next pruning ends it`() async throws
    {
        let fixture = try await Pruned.fixture()
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
            try await Pruned.prune(limits: limits)
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
        #expect(try await Pruned.prune().count == 4)
        #expect(try await Pruned.partitions(fixture).filter { $0 < "restatement_202503" } == [])
        await fixture.close()
    }

    @Test func `a window that is being stored meanwhile is waited for`() async throws {
        let fixture = try await Pruned.fixture()
        let loader = try await TestDatabase.current.connect()
        try await loader.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN")
            try connection.execute("UPDATE ingest.usage_row SET requests = 9 WHERE usage_date = '2025-01-01'")
            try connection.execute("UPDATE ingest.coverage SET last_error = 'x' WHERE usage_date = '2025-01-01'")
        }
        var limits = PruningLimits()
        (limits.lock, limits.pause) = (.milliseconds(50), .milliseconds(5))
        async let pruned = Pruned.prune(limits: limits)
        try await eventually("the partition is being detached") {
            try await fixture.lines("SELECT name FROM ingest.day_partition WHERE is_detaching") == ["usage_row_202501"]
        }
        _ = try await loader.run(timeout: .seconds(120)) { try $0.execute("COMMIT") }
        #expect(try await pruned.count == 4)
        #expect(try await fixture.lines("SELECT FROM usage.coverage WHERE usage_date < '2025-03-01'") == [])
        await fixture.close()
    }

    @Test func `one at a time, and not by the daemon's login`() async throws {
        let fixture = try await Pruned.fixture()
        let holder = try await TestDatabase.current.connect()
        _ = try await holder.run(timeout: .seconds(120)) {
            try $0.query("SELECT pg_advisory_lock(hashtextextended('usaged prune', 0))")
        }
        await #expect(throws: PruningError.runsAlready) { try await Pruned.prune() }
        await holder.close()
        let database = try TestDatabase.current
        let login = "daemon_of_\(database.name)"
        try await fixture.query("CREATE ROLE \(identifier: login) LOGIN IN ROLE usage_writer")
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(
                conninfo: "\(database.conninfo) user=\(login)", applicationName: "test",
                connectTimeout: .seconds(120)), logger: .silent)
        let refused = await #expect(throws: PostgresError.self) {
            try await Pruning(on: connection, policy: Pruned.threeMonths).perform(now: Pruned.now) { _ in }
        }
        #expect(refused?.sqlState == "42501")
        await connection.close()
        #expect(try await Pruned.partitions(fixture).count == 8)
        #expect(try await fixture.warehouse.firstKeptDay() == nil)
        await fixture.close()
    }
}
