import EphemeralPostgres
import FoundationEssentials
import Logging
import Migrations
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What a pass writes when nothing changed, on a cluster of its own: the log is the whole cluster's.
@Suite(.inTurn)
struct WriteAheadLogTests {
    /// 0.1 MiB.
    private static let budget: Int64 = 104_857
    private static let february = window("2020-02-01", "2020-02-28")
    private static let listing = (0..<40).map {
        OAuthClient(id: "c-\($0)", name: "Client \($0)", state: "active", authorizedGrantType: "CODE", createdAt: nil)
    }

    @Test(arguments: [true, false])
    func `an unchanged pass by a new connection touches no fact and writes little`(afterCheckpoint: Bool) async throws {
        let options = EphemeralPostgres.Options(settings: ["full_page_writes": "on", "autovacuum": "off"])
        try await EphemeralPostgres.withCluster(options) { cluster in
            try await migrate(cluster)
            let fixture = try await Fixture(conninfo: cluster.conninfo())
            let rows = Self.february.days.flatMap { day in (0..<128).map { row(day, "c-\($0 % 40)", "api/\($0)") } }
            try await fixture.warehouse.storeListing(Self.listing, of: fixture.organization, now: Self.now)
            try await fixture.store(rows, Self.february)
            try await fill(fixture)
            await fixture.warehouse.close()
            let before = try await Facts.read(fixture)
            // Facts, and their sums a day and client, and a day and endpoint.
            #expect(before.inserted == 28 * (128 + 40 + 128))

            if afterCheckpoint { try await fixture.query("CHECKPOINT") }
            let start = try await position(fixture)
            let parts = try await passParts(rows, fixture)
            let end = try await position(fixture)

            // What lies in the log's buffer cannot be inspected.
            try await fixture.query("CHECKPOINT")

            let sum = parts.reduce(0) { $0 + $1.bytes }
            let report = parts.map { "\($0.name) \($0.bytes)" }.joined(separator: ", ")
            #expect(sum <= Self.budget, "\(report)")
            #expect(try await Facts.read(fixture) == before)
            let touched = try await relationsTouched(from: start, to: end, fixture)
            #expect(touched.contains("coverage"), "the log names what was written")
            #expect(touched.filter { $0.contains(#/usage_row|restatement|client_day|endpoint_day/#) } == [])
            await fixture.close()
        }
    }

    @Test func `snapshots, units, asked clients, limits and the zone that did not change are not written`() async throws
    {
        let options = EphemeralPostgres.Options(settings: ["full_page_writes": "on", "autovacuum": "off"])
        try await EphemeralPostgres.withCluster(options) { cluster in
            try await migrate(cluster)
            let fixture = try await Fixture(conninfo: cluster.conninfo())
            let first = day("2025-03-01")
            let summary = ClientSummary(
                days: 7,
                rows: (0..<300).map { .init(day: nil, templateURI: "api/\($0)", counts: row(first).counts) })
            let limits = (0..<20).map { APILimit(namespace: "usage", key: "k-\($0)", value: 1) }
            func pass() async throws -> [StoreOutcome] {
                let warehouse = fixture.warehouse
                try await warehouse.storeAskedClients((0..<40).map { "c-\($0)" }, of: "acme")
                try await warehouse.storeLimits(limits, of: fixture.organization, on: first)
                try await warehouse.useTimeZone("Asia/Taipei", of: fixture.organization)
                return [
                    try await fixture.store(summary, asOf: first),
                    try await fixture.store(units(1.5, email: 7), on: first, timeZone: "Asia/Taipei"),
                ]
            }
            #expect(try await pass().map(\.inserted) == [300, 4])
            try await fixture.query("CHECKPOINT")
            let start = try await position(fixture)
            #expect(try await pass().map(\.isUnchanged) == [true, true])
            let end = try await position(fixture)
            try await fixture.query("CHECKPOINT")
            let touched = try await relationsTouched(from: start, to: end, fixture)
            // A run is locked by what refers to it.
            let written: Set = [
                "run", "execution", "execution_pkey", "execution_open", "execution_complete", "execution_intended",
                "coverage",
            ]
            #expect(touched.contains("coverage"), "the log names what was written")
            #expect(touched.filter { !written.contains($0) && !$0.contains("_seq") && !$0.hasPrefix("pg_") } == [])
            await fixture.close()
        }
    }

    private static let now = date("2025-06-01T00:00:00Z")

    /// Each part of a pass and the bytes that it wrote.
    private func passParts(_ rows: [UsageRow], _ fixture: Fixture) async throws -> [(name: String, bytes: Int64)] {
        let warehouse = Fixture.warehouse(fixture.conninfo, connections: 1)
        let now = Self.now + 86_400
        var parts: [(name: String, bytes: Int64)] = []
        var last = try await position(fixture)
        func ends(_ name: String) async throws {
            let here = try await position(fixture)
            parts.append((name, here - last))
            last = here
        }
        try await warehouse.configure([Fixture.registration()])
        try await ends("register")
        let organization = try await warehouse.identify(Fixture.registration(), as: Fixture.organization, now: now)
        try await ends("identify")
        try await warehouse.storeListing(Self.listing, of: organization, now: now)
        try await ends("listing")
        let run = try await warehouse.beginRun(.backfill, version: "test", now: now)
        try await ends("beginRun")
        let recorder = warehouse.recorder(organization: organization, run: run, byUser: false, now: { now })
        let submission = try await recorder.intend(Query(Self.february))
        try await ends("intend")
        try await recorder.accepted(submission, ExecutionID(rawValue: "4d2e8a5c-9a1b-4c0d-8e7f-0123456789ab"))
        try await ends("accepted")
        let context = WindowContext(
            window: Self.february, organization: organization, run: run, submission: submission,
            settling: Settling(settleAfter: .zero), now: now)
        let answer = try spool(rows)
        let outcome = try await warehouse.store(answer, replacing: context)
        try await ends("store")
        try await warehouse.finishRun(run, RunSummary(), now: now)
        try await ends("finishRun")
        // Once more through the temporary table: it costs more and touches as little.
        let copied = try await warehouse.pool.withTransaction { connection in
            var replacement = WindowReplacement(answer: answer, context: context, arrayLimit: -1)
            return try replacement.run(on: connection)
        }
        for outcome in [outcome, copied] { #expect(outcome.isUnchanged && outcome.unchanged == 28 * 128) }
        await warehouse.close()
        return parts
    }

    private func migrate(_ cluster: EphemeralPostgres) async throws {
        let configuration = PostgresConfiguration(
            conninfo: cluster.conninfo(), applicationName: "test", connectTimeout: .seconds(120))
        let connection = try await PostgresConnection.connect(configuration, logger: .silent)
        let migrator = Migrator(source: try .directory(Repository.migrations), logger: .silent)
        try await migrator.applyRoles(on: connection)
        try await connection.run(timeout: .seconds(120)) { connection in
            try connection.execute("CREATE EXTENSION pg_walinspect")
            try connection.execute("ALTER DATABASE postgres OWNER TO usage_owner")
        }
        try await migrator.apply(to: configuration)
        await connection.close()
    }

    /// A year of other days and runs, so that pages and index pages are as full as in use.
    private func fill(_ fixture: Fixture) async throws {
        let organization = fixture.organization.rawValue
        try await fixture.query(
            """
            INSERT INTO ingest.run (kind, version, began_at)
            SELECT 'once', 'test', now() FROM generate_series(1, 2000)
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.execution (
                organization_key, dataset, client_id, first_day, last_day, by_user, run_id, state, execution_id, intended_at
            )
            SELECT \(organization), 'organization_query', '', date '2024-01-01' + n, date '2024-01-01' + n, false, 1,
                CASE WHEN n % 2 = 0 THEN 'open' ELSE 'complete' END, md5(n::text), now()
            FROM generate_series(1, 2000) AS n
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.coverage (
                organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
            )
            SELECT \(organization), 'organization_query', '', date '2020-02-28' + n, 'covered', 0, 1, now(), 1
            FROM generate_series(1, 1000) AS n
            """)
        try await fixture.query("VACUUM (ANALYZE) ingest.coverage, ingest.run, ingest.execution")
    }

    private func position(_ fixture: Fixture) async throws -> Int64 {
        try await fixture.value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
    }

    /// Names of the relations that records of this part of the log refer to.
    private func relationsTouched(from start: Int64, to end: Int64, _ fixture: Fixture) async throws -> Set<String> {
        let names = try await fixture.query(
            """
            SELECT DISTINCT relname::text
            FROM pg_get_wal_records_info('0/0'::pg_lsn + \(start)::bigint, '0/0'::pg_lsn + \(end)::bigint) AS record
            INNER JOIN pg_class ON record.block_ref LIKE '%/' || pg_relation_filenode(pg_class.oid) || ' fork%'
                OR record.block_ref LIKE '%/' || pg_relation_filenode(pg_class.oid) || ' blk%'
            WHERE relkind IN ('r', 'i', 'S', 't')
            """)
        return Set(try names.map { try $0.decode(String.self) })
    }
}

/// Where the facts lie, who wrote them, and how often facts were written at all.
private struct Facts: Equatable {
    let versions: String
    let inserted: Int64
    let updated: Int64
    let deleted: Int64

    /// Waits until the server's counters of finished sessions have arrived: they do when a session ends.
    static func read(_ fixture: Fixture) async throws -> Facts {
        try await eventually("the loader's connections are gone") {
            try await fixture.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'usaged'")
                == Int64(0)
        }
        let counters = try await fixture.query(
            """
            SELECT sum(n_tup_ins)::bigint, sum(n_tup_upd)::bigint, sum(n_tup_del)::bigint FROM pg_stat_user_tables
            WHERE schemaname = 'ingest' AND relname ~ '^(usage_row|restatement|client_day|endpoint_day)_'
            """
        ).first?.decode(Int64.self, Int64.self, Int64.self)
        let (inserted, updated, deleted) = try #require(counters)
        return Facts(
            versions: try await fixture.value(
                "SELECT md5(string_agg(ctid::text || xmin || xmax, ',' ORDER BY ctid)) FROM ingest.usage_row"),
            inserted: inserted, updated: updated, deleted: deleted)
    }
}
