import Glibc
import Migrations
import Postgres
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Migrations in processes of their own, several at once, or killed in the middle.
@Suite(.emptyDatabase, .timeLimit(.minutes(30)))
struct `Processes that migrate` {
    @Test func `eight at once: one applies, none fails`() async throws {
        let bench = try await MigrationBench()
        let files: KeyValuePairs = [
            "0001_a.sql": "CREATE TABLE a AS SELECT 1 AS n; SELECT pg_sleep(0.3)",
            "0002_i.sql": "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n)",
            "R_v.sql": "CREATE OR REPLACE VIEW v AS SELECT n FROM a",
        ]
        let answers = try await withFolder(files) { folder in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let result = try await run(
                            .path(.init(Repository.builtProduct("migration-runner"))),
                            arguments: [bench.database.conninfo, folder],
                            output: .string(limit: 1000), error: .string(limit: 100_000))
                        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
                        return result.standardOutput
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(answers.sorted() == .init(repeating: "applied 0\n", count: 7) + ["applied 3\n"])
    }

    static let shards = 4
    static let points = 200

    /// Each message of a whole migration once, then seeded places inside of messages.
    @Test(arguments: 0..<shards)
    func `killed anywhere, the next one ends it well`(shard: Int) async throws {
        let bench = try await MigrationBench()
        let files: KeyValuePairs = [
            "0001_a.sql": "CREATE TABLE t.a (n int);\nINSERT INTO t.a VALUES (1);",
            "0002_i.sql": "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON t.a (n)",
            "0003_n.sql": "UPDATE t.a SET n = n + 1",
            "R_v.sql": "CREATE OR REPLACE VIEW t.v AS SELECT n FROM t.a",
        ]
        let migrator = try bench.migrator(files)
        let whole = try bench.database.faultProxy()
        defer { whole.close() }
        try await withFolder(files) { folder in
            try await clean(bench)
            try await runMigration(through: whole, folder, database: bench.database.name)
            let traffic = whole.traffic
            // The last message is the goodbye, of five bytes: behind it there is nothing left to kill.
            let (messages, bytes) = (traffic.frontendMessages - 1, traffic.bytes - 5)
            try #require(messages <= Self.points)

            var random = SplitMix64(state: 20_250_101)
            for number in 0..<Self.points {
                let point: FaultProxy.Point =
                    number < messages ? .frontendMessages(number + 1) : .bytes(.random(in: 1...bytes, using: &random))
                guard number % Self.shards == shard else { continue }
                try await clean(bench)
                try await killMigration(at: point, folder, bench.database)
                try await migrator.apply(to: bench.database.configuration)
                try await migrator.verifyCurrent(on: bench.connection)
                try await expectWhole(bench, after: point)
            }
        }
    }

    /// Each round begins with nothing but the schema that the files write into.
    private func clean(_ bench: MigrationBench) async throws {
        try await bench.connection.run(timeout: .seconds(60)) { connection in
            try connection.executeScript(
                "DROP SCHEMA IF EXISTS t CASCADE; DROP SCHEMA IF EXISTS ingest CASCADE; CREATE SCHEMA t")
        }
    }

    private func runMigration(through proxy: FaultProxy, _ folder: String, database: String) async throws {
        let result = try await run(
            .path(.init(Repository.builtProduct("migration-runner"))),
            arguments: [proxy.conninfo(database: database), folder], output: .string(limit: 1000))
        #expect(result.standardOutput == "applied 4\n")
    }

    private func killMigration(at point: FaultProxy.Point, _ folder: String, _ database: TestDatabase) async throws {
        let runner = Mutex<pid_t?>(nil)
        let proxy = try database.faultProxy(
            mode: .cut(after: point),
            onCut: {
                // The process may get as far as this before we have been told its number.
                while true {
                    if let process = runner.withLock({ $0 }) {
                        kill(process, SIGKILL)
                        return
                    }
                    sched_yield()
                }
            })
        defer { proxy.close() }
        let result = try await run(
            .path(.init(Repository.builtProduct("migration-runner"))),
            arguments: [proxy.conninfo(database: database.name), folder],
            input: .none, output: .discarded, error: .discarded
        ) { execution in
            runner.withLock { $0 = execution.processIdentifier.value }
        }
        #expect(result.terminationStatus == .signaled(SIGKILL), "\(point)")
    }

    private func expectWhole(_ bench: MigrationBench, after point: FaultProxy.Point) async throws {
        let summary: String = try await bench.value(
            """
            SELECT concat_ws(' ',
                (SELECT string_agg(n::text, ',') FROM t.v),
                (SELECT string_agg(indisvalid::text, ',') FROM pg_index WHERE indrelid = 't.a'::regclass),
                (SELECT string_agg(state, ',') FROM ingest.migration))
            """)
        #expect(summary == "2 true done,done,done,done", "\(point)")
    }
}

/// A small generator with a fixed seed, so that a failure can be repeated.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
