import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// `usaged prune`, the built binary.
@Suite(.database, .timeLimit(.minutes(30)))
struct PruneCommandTests {
    @Test func `nothing is dropped without a retention`() async throws {
        try await Installation.with(script: Installation.prompt) { usaged in
            #expect(try await usaged.usaged("run", "--backfill", "2020-01-01..2020-01-02").code == 0)
            for arguments in [["prune", "--plan"], ["prune"]] {
                let finished = try await usaged.usaged(arguments)
                #expect(finished.code == 0, "\(finished.log)")
                #expect(finished.output.contains("every day is kept"))
            }
            #expect(try await usaged.usage() == usaged.truth(.init(2020, 1, 1), .init(2020, 1, 2)))
        }
    }

    @Test func `a plan tells what goes, prune drops it, and status and backfill know`() async throws {
        try await Installation.with(World(seed: 93, size: .init(rowsADay: 3)), script: Installation.prompt) { usaged in
            try usaged.configure { "retention: {facts-months: 3}\n" + $0 }
            let last = Installation.daysAgo(1)
            #expect(try await usaged.usaged("run", "--backfill", "2020-01-01..2020-02-02").code == 0)
            #expect(try await usaged.usaged("run", "--backfill", "\(last)..\(last)").code == 0)
            let plan = try await usaged.usaged("prune", "--plan")
            #expect(plan.code == 0, "\(plan.log)")
            #expect(plan.output.contains("usage_row_202001    2020-01-01..2020-01-31  "), "\(plan.output)")
            #expect(plan.output.contains("4 partitions, "))
            #expect(plan.output.contains("Nothing was dropped."))
            let dropped = try await usaged.usaged("prune")
            #expect(dropped.code == 0, "\(dropped.log)")
            #expect(dropped.output.split(separator: "\n").count { $0.hasPrefix("Dropped ") } == 4)
            #expect(try await usaged.usage() == usaged.truth(last, last))
            let status = try await usaged.usaged("status").output
            #expect(status.contains("Retention: facts are kept from 20"), "\(status)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(try await usaged.usaged("status", "--json").output.utf8))
                    as? [String: Any])
            let retention = try #require((report["retention"] as? [[String: Any]])?.first)
            #expect(retention["subject"] as? String == "facts")
            #expect(retention["waitingPartitions"] as? Int == 0)
            #expect((retention["firstKeptDay"] as? String)?.hasSuffix("-01") == true)
            let refused = try await usaged.usaged("run", "--backfill", "2020-01-01..2020-01-31")
            #expect(refused.code == 64)
            #expect(refused.log.contains("retention gave up the days before"), "\(refused.log)")
            let narrowed = try await usaged.usaged("run", "--backfill", "2020-01-01..\(last)", "--plan")
            #expect(
                narrowed.output.contains("Left out, for retention gave them up: 2020-01-01.."), "\(narrowed.output)")
            let again = try await usaged.usaged("prune")
            #expect(again.code == 0)
            #expect(again.output == "")
        }
    }

    @Test func `the daemon's login may not`() async throws {
        try await Installation.with(script: Installation.prompt) { usaged in
            let login = "loader_\(usaged.database.name)"
            _ = try await usaged.texts("CREATE ROLE \(identifier: login) LOGIN IN ROLE usage_writer")
            try usaged.configure {
                "retention: {facts-months: 3}\n" + $0.replacing("user=postgres", with: "user=\(login)")
            }
            #expect(try await usaged.usaged("run", "--backfill", "2020-01-01..2020-01-02").code == 0)
            let finished = try await usaged.usaged("prune")
            #expect(finished.code == 77, "\(finished.log)")
            #expect(finished.log.contains("usage_owner"))
            #expect(try await usaged.usage() == usaged.truth(.init(2020, 1, 1), .init(2020, 1, 2)))
            _ = try await usaged.texts("DROP OWNED BY \(identifier: login)")
            _ = try await usaged.texts("DROP ROLE \(identifier: login)")
        }
    }
}
