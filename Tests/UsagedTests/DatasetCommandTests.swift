import Foundation
import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// Every dataset through the built binary.
@Suite(.database, .timeLimit(.minutes(30)))
struct DatasetCommandTests {
    private static let withRows = [
        "organization_query", "client_query", "simplesearch", "organization_jobs", "client_jobs",
    ]

    private static func world(_ seed: UInt64) -> World {
        World(seed: seed, size: .init(clients: 2, rowsADay: 10))
    }

    @Test func `one pass stores every dataset of both vendors as they have it`() async throws {
        try await Installation.with(Self.world(40), script: Installation.prompt) { usaged in
            let first = Installation.daysAgo(3)
            try usaged.configureEverything(since: first)
            let finished = try await usaged.usaged("run", "--once")
            #expect(finished.code == 0, "\(finished.log)")
            for dataset in Self.withRows {
                let truth = usaged.truth(of: dataset, first, Installation.daysAgo(1))
                #expect(truth != "0 0")
                #expect(try await usaged.stored(dataset) == truth, "\(dataset)")
            }
            #expect(try await usaged.storedSummaries() == usaged.summaryTruth)
            // Where the sun rises earlier, one more day may be over.
            let yesterday = World.Day(containing: Date().addingTimeInterval(8 * 3_600)).advanced(by: -1)
            #expect(try await usaged.storedChannels() == usaged.channelTruth(first, yesterday))

            let status = try await usaged.usaged("status", "--json")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
            let lines = try #require(report["freshness"] as? [[String: Any]])
            #expect(
                lines.compactMap { $0["dataset"] as? String }.sorted()
                    == (Self.withRows + ["client_summary", "channel_usage"]).sorted())
            #expect(lines.allSatisfy { $0["daysBehind"] as? Int == 0 && $0["gaps"] as? Int == 0 })

            let requests = usaged.simulator.ledger.entries.count
            #expect(try await usaged.usaged("run", "--once", "--plan").output.hasPrefix("Nothing to do"))
            #expect(usaged.simulator.ledger.entries.count == requests)
        }
    }

    @Test(arguments: withRows + ["channel_usage"])
    func `a backfill of one dataset asks for that one alone`(dataset: String) async throws {
        try await Installation.with(Self.world(41), script: Installation.prompt) { usaged in
            let (first, last) = (Installation.daysAgo(4), Installation.daysAgo(3))
            try usaged.configureEverything(since: Installation.daysAgo(9))
            let finished = try await usaged.usaged("run", "--backfill", "\(first)..\(last)", "--dataset", dataset)
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try await usaged.texts("SELECT DISTINCT dataset::text FROM ingest.coverage") == [dataset])
            #expect(
                try await usaged.texts("SELECT DISTINCT usage_date::text FROM ingest.coverage ORDER BY 1")
                    == ["\(first)", "\(last)"])
            if dataset == "channel_usage" {
                #expect(try await usaged.storedChannels() == usaged.channelTruth(first, last))
            } else {
                #expect(try await usaged.stored(dataset) == usaged.truth(of: dataset, first, last))
            }
        }
    }

    @Test func `a backfill of summaries ends with 64 and says what to do instead`() async throws {
        try await Installation.with { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(9))
            let finished = try await usaged.usaged(
                "run", "--backfill", "2025-01-01..2025-01-02", "--dataset", "client_summary")
            #expect(finished.code == 64)
            #expect(finished.log.contains("use --once"), "\(finished.log)")
            #expect(usaged.simulator.ledger.entries.isEmpty)
        }
    }

    @Test func `status names a client that is unavailable, and why`() async throws {
        try await Installation.with(Self.world(42), script: Installation.prompt) { usaged in
            let refused = usaged.simulator.world.clients.filter(\.isListed)[1]
            usaged.simulator.rewrite { script in
                script.faults = [Fault(.clientSubmit, mentioning: refused.id, .status(403))]
            }
            try usaged.configureEverything(since: Installation.daysAgo(3))
            let finished = try await usaged.usaged("run", "--once", "--dataset", "client_query")
            #expect(finished.code == 0, "\(finished.log)")
            let status = try await usaged.usaged("status")
            let lines = status.output.split(separator: "\n").filter { $0.contains("unavailable  ") }
            #expect(lines.contains { $0.contains("client_query") && $0.contains("403") }, "\(status.output)")
            let json = try await usaged.usaged("status", "--json")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            let problems = try #require(report["problems"] as? [[String: Any]])
            let problem = try #require(problems.first { $0["state"] as? String == "unavailable" })
            #expect(problem["client"] as? String == refused.name)
            #expect((problem["reason"] as? String)?.contains("403") == true)
        }
    }

    @Test func `a plan lists the windows of each client, once clients are listed`() async throws {
        try await Installation.with(Self.world(43), script: Installation.prompt) { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(3))
            let arguments = ["run", "--backfill", "2026-02-01..2026-02-03", "--dataset", "client_query", "--plan"]
            let early = try await usaged.usaged(arguments)
            #expect(early.code == 0, "\(early.log)")
            #expect(early.output.contains("client_query of acme"), "\(early.output)")
            #expect(try await usaged.usaged("run", "--once", "--dataset", "organization_query").code == 0)
            let requests = usaged.simulator.ledger.entries.count
            let plan = try await usaged.usaged(arguments)
            let listed = usaged.simulator.world.clients.filter(\.isListed)
            for client in listed {
                #expect(plan.output.contains("acme    client_query  \(client.id)  2026-02-01  2026-02-03  3"))
            }
            #expect(plan.output.contains("\(listed.count) windows"), "\(plan.output)")
            #expect(usaged.simulator.ledger.entries.count == requests)
        }
    }

    @Test func `a plan for Infodeck takes a second a day`() async throws {
        try await Installation.with(Self.world(46)) { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(3))
            let plan = try await usaged.usaged(
                "run", "--backfill", "2025-01-01..2025-02-09", "--source", "tower", "--plan")
            #expect(plan.output.contains("40 windows, about 41 requests, about 41 s."), "\(plan.output)")
            #expect(usaged.simulator.infodeck.entries.isEmpty)
        }
    }

    @Test func `SIGTERM in a simple search leaves nothing half done, and the next run polls the same executions`()
        async throws
    {
        var script = Script()
        script.runningPolls = 1_000
        try await Installation.with(Self.world(44), script: script) { usaged in
            let (first, last) = (Installation.daysAgo(5), Installation.daysAgo(4))
            try usaged.configureEverything(since: first)
            let backfill = ["run", "--backfill", "\(first)..\(last)", "--dataset", "simplesearch"]
            let stopped = try await usaged.usaged(backfill) { process in
                try await usaged.simulator.ledger.reaches(2, of: .searchSubmit)
                try await usaged.simulator.ledger.reaches(1, of: .searchResults)
                kill(process.value, SIGTERM)
            }
            #expect(stopped.code == 75, "\(stopped.log)")
            #expect(try await usaged.stored("simplesearch") == "0 0")
            #expect(try await usaged.texts("SELECT state FROM ingest.coverage") == [])
            usaged.simulator.rewrite { $0.runningPolls = 0 }
            let resumed = try await usaged.usaged(backfill)
            #expect(resumed.code == 0, "\(resumed.log)")
            #expect(usaged.simulator.ledger.count(of: .searchSubmit) == 2)
            #expect(try await usaged.stored("simplesearch") == usaged.truth(of: "simplesearch", first, last))
        }
    }

    @Test(arguments: [true, false])
    func `two sources that claim one dataset of one organization end with 78`(isOneAccount: Bool) async throws {
        let world = Self.world(45)
        let credentials = world.clients.prefix(2).map {
            Credential(clientID: $0.id, clientSecret: "other-S3cr3t-\($0.id)")
        }
        try await Installation.with(world, script: Installation.prompt, credentials: credentials) { usaged in
            let second = usaged.simulator.credentials[isOneAccount ? 0 : 1].clientID
            try usaged.configure { text in
                text + """

                      - name: other
                        kind: genesys
                        api-url: \(usaged.simulator.baseURL)
                        login-url: \(usaged.simulator.baseURL)
                        client-id: \(second)
                        client-secret: {env: OTHER_SECRET}
                        start-date: 2026-01-01
                    """
            }
            let finished = try await usaged.usaged("run", "--once")
            #expect(finished.code == 78, "\(finished.log)")
            #expect(finished.log.contains("acme") && finished.log.contains("organization_query"), "\(finished.log)")
            #expect(try await usaged.usage() == "0 0")
        }
    }
}
