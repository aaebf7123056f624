import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// The built binary as an operator meets it.
@Suite(.database, .timeLimit(.minutes(30)))
struct CommandTests {
    @Test func `the recorded real answer goes through the binary as it is`() async throws {
        try await Installation.with(World.recorded(), script: Installation.prompt) { usaged in
            let backfill = try await usaged.usaged("run", "--backfill", "2020-02-01..2020-02-28")
            #expect(backfill.code == 0, "\(backfill.log)")
            #expect(try await usaged.usage() == "128 1130")
            #expect(backfill.log.contains("run finished"))
            let status = try await usaged.usaged("status", "--json")
            #expect(status.code == 0)
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
            let freshness = try #require((report["freshness"] as? [[String: Any]])?.first)
            #expect(freshness["newestDay"] as? String == "2020-02-28")
        }
    }

    @Test func `the short form without run is the same command, and a second time there is nothing to do`() async throws
    {
        try await Installation.with(script: Installation.prompt) { usaged async throws in
            #expect(try await usaged.usaged("--backfill", "2025-01-01..2025-01-10").code == 0)
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 1), .init(2025, 1, 10)))
            let submits = usaged.simulator.ledger.count(of: .submit)
            #expect(try await usaged.usaged("--backfill", "2025-01-01..2025-01-10").code == 0)
            #expect(usaged.simulator.ledger.count(of: .submit) == submits)
        }
    }

    @Test func `a plan prints windows and sends nothing`() async throws {
        try await Installation.with { usaged in
            let plan = try await usaged.usaged("run", "--backfill", "2025-01-01..2025-03-02", "--plan")
            #expect(plan.code == 0)
            #expect(plan.output.contains("2025-03-01  2025-03-02  2"))
            #expect(plan.output.contains("3 windows, about 12 requests"))
            #expect(usaged.simulator.ledger.entries.isEmpty)
        }
    }

    @Test(arguments: [
        (["run", "--backfill", "2025-01-01..2025-01-32"], "--backfill"),
        (["run", "--backfill", "2025-02-01..2025-01-01"], "--backfill"),
        (["run", "--once", "--backfill", "2025-01-01..2025-01-02"], "exclude each other"),
        (["run", "--refetch"], "--refetch needs"),
        (["run", "--plan"], "--plan needs"),
        (["run", "--once", "--dataset", "organisation_query"], "organization_query"),
        (["run", "--once", "--source", "acne"], "the configuration has acme"),
        (["migrate", "--plan", "--status"], "exclude each other"),
        (["frobnicate"], "frobnicate"),
    ])
    func `bad usage is told and ends with 64`(arguments: [String], message: String) async throws {
        try await Installation.with { usaged in
            let finished = try await usaged.usaged(arguments)
            #expect(finished.code == 64)
            #expect(finished.log.contains(message), "\(finished.log)")
        }
    }

    @Test func `all mistakes of a configuration are told at once, and it ends with 78`() async throws {
        try await Installation.with { usaged in
            try usaged.configure { text in
                text.replacingOccurrences(of: "kind: genesys", with: "kind: genesis")
                    .replacingOccurrences(of: "listen:", with: "lisen:")
                    .replacingOccurrences(of: "2020-01-01", with: "2020-13-01")
            }
            let finished = try await usaged.usaged("run", "--once")
            #expect(finished.code == 78)
            for mistake in ["lisen", "genesis", "2020-13-01"] {
                #expect(finished.log.contains(mistake), "\(finished.log)")
            }
            #expect(finished.log.contains("\(usaged.configurationFile):2:"))
        }
    }

    @Test func `why a command ended is told as log lines are spelled, at the level of an error`() async throws {
        try await Installation.with { usaged in
            try usaged.configure { text in
                text.replacingOccurrences(of: "listen:", with: "lisen:")
                    .replacingOccurrences(of: "kind: genesys", with: "kind: genesis")
            }
            let text = try await usaged.usaged("run", "--once", "--log-format", "text")
            #expect(text.log.hasPrefix("usaged: "))
            #expect(text.log.split(separator: "\n").count == 2, "\(text.log)")
            // It is told even to those who want to know of worse things only.
            let journal = try await usaged.usaged(
                "run", "--once", "--log-format", "journal", "--log-level", "critical")
            #expect(journal.log.contains("\(usaged.configurationFile):2:"))
            // An entry for each fault.
            #expect(
                journal.log.wholeMatch(
                    of: /<3>[^\n]*lisen[^\n]* exit\.status=78\n<3>[^\n]*genesis[^\n]* exit\.status=78\n/) != nil,
                "\(journal.log)")
            let json = try await usaged.usaged("run", "--once", "--log-format", "json")
            #expect(json.log.split(separator: "\n").count == 1, "\(json.log)")
            let fields = try JSONDecoder().decode([String: String].self, from: Data(json.log.utf8))
            #expect(fields["level"] == "error")
            #expect(fields["exit.status"] == "78")
            #expect("usaged: \(fields["message"] ?? "")\n" == text.log)
            #expect([text.code, journal.code, json.code] == [78, 78, 78])
        }
    }

    @Test func `a missing configuration ends with 78 and names the file`() async throws {
        try await Installation.with { usaged in
            try FileManager.default.removeItem(atPath: usaged.configurationFile)
            let finished = try await usaged.usaged("status")
            #expect(finished.code == 78)
            #expect(finished.log.contains(usaged.configurationFile))
        }
    }

    @Test func `a secret that is refused ends with 77 and is shown nowhere`() async throws {
        try await Installation.with { usaged in
            let finished = try await usaged.usaged("run", "--once", secret: "wrong-S3cr3t")
            #expect(finished.code == 77)
            #expect(finished.log.contains("check client-id and client-secret"))
            #expect(!finished.log.contains("wrong-S3cr3t"))
            #expect(!finished.log.contains(Data("wrong-S3cr3t".utf8).base64EncodedString()))
            #expect(try await usaged.texts("SELECT last_error FROM usage.freshness").first?.isEmpty == false)
        }
    }

    @Test func `a daemon that gets in nowhere ends with 77, too`() async throws {
        try await Installation.with { usaged in
            let finished = try await usaged.usaged("run", secret: "wrong-S3cr3t")
            #expect(finished.code == 77, "\(finished.log)")
            #expect(!finished.log.contains("wrong-S3cr3t"))
        }
    }

    @Test func `a secret that is nowhere ends with 77 and says where it was looked for`() async throws {
        try await Installation.with { usaged in
            try usaged.configure { $0.replacingOccurrences(of: "{env: ACME_SECRET}", with: "{env: NOT_SET_ANYWHERE}") }
            let finished = try await usaged.usaged("run", "--once")
            #expect(finished.code == 77)
            #expect(finished.log.contains("NOT_SET_ANYWHERE"))
            #expect(try await usaged.usaged("run", "--once", "--plan").code == 0)
        }
    }

    @Test func `a right that is missing in the middle ends with 77 at once, and the API is not asked again`()
        async throws
    {
        try await Installation.with(script: Installation.prompt) { usaged in
            let login = "loader_\(usaged.database.name)"
            _ = try await usaged.texts("CREATE ROLE \(identifier: login) LOGIN IN ROLE usage_writer")
            _ = try await usaged.texts("REVOKE INSERT ON ingest.usage_row FROM usage_writer")
            try usaged.configure { $0.replacingOccurrences(of: "user=postgres", with: "user=\(login)") }
            let finished = try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31")
            #expect(finished.code == 77, "\(finished.log)")
            #expect(finished.log.contains("must be a member of usage_writer"))
            #expect(usaged.simulator.ledger.count(of: .submit) == 1)
            _ = try await usaged.texts("GRANT INSERT ON ingest.usage_row TO usage_writer")
            #expect(try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31").code == 0)
            _ = try await usaged.texts("DROP OWNED BY \(identifier: login)")
            _ = try await usaged.texts("DROP ROLE \(identifier: login)")
        }
    }

    @Test func `a service that no file defines ends with 78`() async throws {
        try await Installation.with { usaged in
            try usaged.configure { $0.replacingOccurrences(of: usaged.database.conninfo, with: "service=nowhere") }
            #expect(try await usaged.usaged("status").code == 78)
        }
    }

    @Test func `a database that is away ends with 69`() async throws {
        try await Installation.with { usaged in
            try usaged.configure { text in
                text.replacingOccurrences(of: usaged.database.conninfo, with: "host=\(usaged.folder) dbname=none")
            }
            let finished = try await usaged.usaged("run", "--once", "--database-patience", "0")
            #expect(finished.code == 69, "\(finished.log)")
            #expect(finished.log.contains(usaged.folder))
        }
    }

    @Test func `a window that fails ends with 75, what was stored stays and status tells why`() async throws {
        let world = World(seed: 31, size: .init(rowsADay: 20, isSteady: true))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            #expect(try await usaged.usaged("run", "--backfill", "2025-01-05..2025-01-08").code == 0)
            usaged.simulator.rewrite { $0.faults = [Fault(.completeResults, .always, .row(.negative))] }
            let failed = try await usaged.usaged("run", "--backfill", "2025-01-05..2025-01-05", "--refetch")
            #expect(failed.code == 75, "\(failed.log)")
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 5), .init(2025, 1, 8)))
            #expect(try await usaged.usaged("status").output.contains("status200"))
        }
    }
}
