import EphemeralPostgres
import Foundation
import Ingest
import Migrations
import Postgres
import ServiceLifecycle
import ServiceLifecycleTestKit
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

@Suite(.database)
struct PassFaultTests {
    @Test(arguments: [UInt64(11), 12, 13])
    func `faults on every endpoint change nothing of what is stored`(seed: UInt64) async throws {
        let script = Script(faults: [
            Fault(.token, .nth(1), .status(503, retryAfter: 0)),
            Fault(.organization, .nth(1), .reset),
            Fault(.clients, .nth(1), .html(502)),
            Fault(.submit, .every(3), .status(429, retryAfter: 0)),
            Fault(.results, .every(5), .status(504)),
            Fault(.completeResults, .every(4), .cut(afterBytes: 4_000)),
            Fault(.results, .nth(7), .expireToken),
            Fault(.results, .nth(9), .queryStatus("Failed")),
            Fault(.results, .nth(11), .status(404)),
        ])
        try await PassBench.with(World(seed: seed), script: script) { bench in
            let report = try await bench.backfill("2025-01-01..2025-06-30")
            #expect(report.isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-06-30"))
        }
    }

    @Test(arguments: [
        RowFault.wrongType, .negative, .fractional, .tooLarge, .missingDate, .nulCharacter, .duplicate,
        .dated(.init(2024, 12, 31)), .dated(.init(2025, 2, 1)),
    ])
    func `a bad row fails its own day only and keeps what was stored`(fault: RowFault) async throws {
        try await PassBench.with(World(seed: 14, size: .init(rowsADay: 30, isSteady: true))) { bench in
            try await bench.backfill("2025-01-10..2025-01-10")
            let before = try await bench.stored()
            // The fault follows the one day, alone or within its month.
            bench.simulator.rewrite { script in
                script.faults = [
                    Fault(.completeResults, .always, mentioning: "2025-01-01T", .row(fault)),
                    Fault(.completeResults, .always, mentioning: "2025-01-10T", .row(fault)),
                ]
            }
            let report = try await bench.backfill("2025-01-01..2025-01-20", refetching: true)
            #expect(!report.isComplete)
            #expect(report.summary.windowsFailed == 2)
            #expect(
                try await bench.stored()
                    == bench.truth("2025-01-02..2025-01-20"))
            #expect(try await bench.stored().isSuperset(of: before))
            #expect(try await bench.states() == ["failed": 1, "covered": 19])
            let reasons = try await bench.texts(
                "SELECT last_error FROM usage.coverage WHERE last_error <> '' ORDER BY usage_date")
            #expect(reasons.count == 2)
            #expect(reasons.allSatisfy { $0.contains("row") })
            bench.simulator.rewrite { $0.faults = [] }
            #expect(try await bench.backfill("2025-01-01..2025-01-20").isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-20"))
        }
    }

    @Test func `an answer cut at ten thousand rows is found out and read in halves`() async throws {
        let script = Script(faults: [Fault(.completeResults, .always, .cap(rows: 10_000))])
        try await PassBench.with(World(seed: 15, size: .init(rowsADay: 1_100, isSteady: true)), script: script) {
            bench in
            let report = try await bench.backfill("2025-01-01..2025-01-20")
            #expect(report.isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-20"))
            #expect(try await bench.states() == ["covered": 20])
        }
    }

    @Test func `an answer cut in a month whose rows all lie in one half is found out, too`() async throws {
        // A quiet first half: the later half meets the very same cap, and equal sums would prove nothing.
        let script = Script(faults: [Fault(.completeResults, .always, .cap(rows: 10_000))])
        var size = World.Size(rowsADay: 1_500, isSteady: true)
        size.firstDay = World.Day(2025, 1, 12)
        try await PassBench.with(World(seed: 23, size: size), script: script) { bench async throws in
            #expect(try await bench.backfill("2025-01-01..2025-01-20").isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-20"))
        }
    }

    @Test func `a silence that the API asks for is kept by the next pass`() async throws {
        let script = Script(faults: [Fault(.submit, .always, .status(429, retryAfter: 7200))])
        try await PassBench.with(World(seed: 24), script: script) { bench in
            let first = try await bench.backfill("2025-01-01..2025-02-28")
            #expect(first.sourceFailures.count == 1)
            let asked = bench.simulator.ledger.entries.count
            let second = try await bench.backfill("2025-01-01..2025-02-28")
            #expect(second.sourceFailures.first?.reason.contains("rests until") == true)
            #expect(bench.simulator.ledger.entries.count == asked)
            #expect(try await bench.states() == [:])
        }
        // Another process, after the silence.
        try await PassBench.with(World(seed: 24)) { bench async throws in
            var later = bench
            later.now = { Date(timeIntervalSinceNow: 7_300) }
            let days = PassBench.days("2025-01-01..2025-01-05")
            #expect(try await later.pass().run(.backfill(days, refetching: false)).isComplete)
        }
    }

    @Test func `a silence that a pass was waiting out when it was interrupted is kept, too`() async throws {
        let script = Script(faults: [Fault(.submit, .always, .status(429, retryAfter: 170))])
        try await PassBench.with(World(seed: 27), script: script) { bench in
            let report = try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: PassReport.self) { group in
                    group.addTask { try await bench.backfill("2025-01-01..2025-01-31") }
                    try await eventually("the source rests") { await bench.exchange.silence > .zero }
                    trigger.triggerGracefulShutdown()
                    return try #require(try await group.next())
                }
            }
            #expect(report.isCancelled)
            let end = try #require(try await bench.warehouse.restingUntil("acme"))
            #expect((160...180).contains(end.timeIntervalSinceNow))
        }
    }

    @Test func `a body that was cut once is asked for once more, not day by day`() async throws {
        let script = Script(faults: [Fault(.completeResults, .nth(1), .truncate(afterBytes: 3_000))])
        try await PassBench.with(World(seed: 25), script: script) { bench in
            let report = try await bench.backfill("2025-01-01..2025-01-31")
            #expect(report.isComplete)
            #expect(report.summary.windowsPlanned == 1)
            #expect(bench.simulator.ledger.count(of: .submit) == 2)
        }
    }

    @Test func `days stored by the other grouping are owed anew`() async throws {
        try await PassBench.with(World(seed: 26)) { bench in
            try await bench.backfill("2025-01-01..2025-01-05")
            #expect(try await bench.states() == ["covered": 5])
            var byUser = bench
            byUser.byUser = true
            _ = try await byUser.pass().run(.backfill(PassBench.days("2025-01-01..2025-01-05"), refetching: false))
            #expect(try await bench.states() == ["covered": 5])
            #expect(try await bench.texts("SELECT DISTINCT 'yes' FROM usage.api_usage WHERE user_id <> ''") == ["yes"])
        }
    }

    @Test func `a round answer that is whole stays whole`() async throws {
        try await PassBench.with(World(seed: 16, size: .init(rowsADay: 1_000, isSteady: true))) { bench in
            let report = try await bench.backfill("2025-01-01..2025-01-10")
            #expect(report.summary.windowsStored == 1)
            #expect(report.isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-10"))
        }
    }

    @Test func `a single day that was cut is kept provisional with the difference named`() async throws {
        let script = Script(faults: [Fault(.completeResults, .always, .cap(rows: 10_000))])
        try await PassBench.with(World(seed: 17, size: .init(rowsADay: 12_000, isSteady: true)), script: script) {
            bench in
            _ = try await bench.backfill("2025-01-01..2025-01-01")
            #expect(try await bench.states() == ["provisional": 1])
            let reason = try await bench.texts("SELECT last_error FROM usage.coverage WHERE usage_date = '2025-01-01'")
            #expect(reason.first?.contains("10000 rows differs by") == true)
        }
    }

    @Test func `an interrupted pass says so, and the next polls the execution instead of submitting again`()
        async throws
    {
        try await PassBench.with(
            World(seed: 18),
            script: {
                var script = Script(); script.runningPolls = 1_000_000; return script
            }()
        ) { bench in
            let report = try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: PassReport.self) { group in
                    group.addTask { try await bench.backfill("2025-01-01..2025-01-31") }
                    try await bench.simulator.ledger.reaches(2, of: .results)
                    trigger.triggerGracefulShutdown()
                    return try #require(try await group.next())
                }
            }
            #expect(report.isCancelled)
            #expect(try await bench.texts("SELECT outcome FROM ingest.run") == ["cancelled"])
            #expect(try await bench.texts("SELECT state FROM ingest.execution") == ["open"])
            #expect(try await bench.stored().isEmpty)
            bench.simulator.rewrite { $0.runningPolls = 0 }
            let second = try await bench.backfill("2025-01-01..2025-01-31")
            #expect(second.isComplete)
            #expect(bench.simulator.ledger.count(of: .submit) == 1)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-31"))
        }
    }

    @Test func `a refused source is told apart and does not hold up another`() async throws {
        try await PassBench.with(World(seed: 19)) { bench in
            try await PassBench.with(World(seed: 20)) { other in
                var refused = other
                refused.name = "refused"
                refused.secret = "wrong-S3cr3t"
                let sources = [try refused.source(), try bench.source()]
                let report = try await bench.pass(sources).run(
                    .backfill(PassBench.days("2025-01-01..2025-01-05"), refetching: false))
                #expect(report.sourceFailures.map(\.source) == ["refused"])
                #expect(report.sourceFailures.map(\.kind) == [.unauthenticated])
                #expect(!"\(report.sourceFailures)".contains("wrong-S3cr3t"))
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-05"))
                #expect(
                    try await bench.texts("SELECT source FROM usage.freshness WHERE last_error <> ''") == ["refused"])
            }
        }
    }

    @Test func `an organization whose clients may not be listed is read all the same`() async throws {
        let script = Script(faults: [Fault(.clients, .always, .status(403))])
        try await PassBench.with(World(seed: 21), script: script) { bench async throws in
            #expect(try await bench.backfill("2025-01-01..2025-01-05").isComplete)
            #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-05"))
            #expect(bench.listingFailures.count == 1)
        }
    }

    @Test func `a database that is restarted in the middle costs no second fetch`() async throws {
        try await EphemeralPostgres.withCluster(.init(isDurable: true)) { cluster in
            let configuration = PostgresConfiguration(
                conninfo: cluster.conninfo(), applicationName: "test", connectTimeout: .seconds(120))
            let migrator = Migrator(source: try MigrationSource.embedded(), logger: .silent)
            let connection = try await PostgresConnection.connect(configuration, logger: .silent)
            try await migrator.applyRoles(on: connection)
            await connection.close()
            try await migrator.apply(to: configuration)
            let script = Script(faults: [
                Fault(.completeResults, .nth(1), .drip(bytes: 8_000, every: .milliseconds(20)))
            ])
            try await PassBench.with(World(seed: 22), script: script, conninfo: cluster.conninfo()) { bench in
                let report = try await withThrowingTaskGroup(of: PassReport.self) { group in
                    group.addTask { try await bench.backfill("2025-01-01..2025-01-31") }
                    try await bench.simulator.ledger.reaches(1, of: .results)
                    try await cluster.kill9()
                    try await cluster.startAgain()
                    return try #require(try await group.next())
                }
                #expect(report.isComplete)
                #expect(bench.simulator.ledger.count(of: .submit) == 1)
                #expect(try await bench.stored() == bench.truth("2025-01-01..2025-01-31"))
            }
        }
    }
}

extension RowFault: CustomTestStringConvertible {
    /// What is wrong with the row.
    public var testDescription: String { "\(change)" }
}
