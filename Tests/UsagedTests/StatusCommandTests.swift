import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// `usaged status`, the built binary.
@Suite(.database, .timeLimit(.minutes(30)))
struct StatusCommandTests {
    /// What `--json` promises of version 1; decoding fails when a field is missing or of another type.
    private struct Report: Decodable {
        struct Source: Decodable {
            let name, kind, organizationID, organizationName, lastError: String
            let isWorkedOn: Bool
            let restingUntil: Date?
            let allowance: Int?
        }

        struct Strip: Decodable {
            let source, dataset, firstDay, lastDay, states: String
        }

        struct Freshness: Decodable {
            let source, dataset, lastError: String
            let newestDay: String?
            let daysBehind, gaps, failedDays, provisionalDays, unavailableDays: Int
            let lastFetchedAt, nextAttemptAt: Date?
            let clients, unavailableClients: Int?
        }

        struct Problem: Decodable {
            let source, dataset, firstDay, lastDay, state, reason, client: String
            let clients, days: Int
        }

        struct Run: Decodable {
            let runID: Int64
            let kind, outcome: String
            let beganAt: Date
            let requests: Int64
        }

        let version: Int
        let readAt: Date
        let sources: [Source]
        let requestsOfLastDay: Int
        let coverage: [Strip]
        let freshness: [Freshness]
        let problems: [Problem]
        let hiddenProblems: Int
        let runs: [Run]

        init(_ output: String) throws {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            self = try decoder.decode(Self.self, from: Data(output.utf8))
        }
    }

    @Test func `a strip a dataset says which days are there, in text and in JSON`() async throws {
        let world = World(seed: 91, size: .init(rowsADay: 1))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            let (first, last) = (Installation.daysAgo(9), Installation.daysAgo(1))
            try usaged.configure { $0.replacing("2020-01-01", with: "\(first)") }
            // Older days are settled, the newest two are not yet; one stays a gap and one fails.
            let gap = Installation.daysAgo(6)
            let failing = Installation.daysAgo(5)
            usaged.simulator.rewrite {
                $0.faults = [Fault(.submit, mentioning: "\(failing)T00:00:00", .status(400))]
            }
            #expect(try await usaged.usaged("run", "--backfill", "\(first)..\(Installation.daysAgo(7))").code == 0)
            #expect(try await usaged.usaged("run", "--backfill", "\(failing)..\(failing)").code == 75)
            #expect(try await usaged.usaged("run", "--backfill", "\(Installation.daysAgo(4))..\(last)").code == 0)
            let text = try await usaged.usaged("status")
            #expect(text.code == 0, "\(text.log)")
            #expect(text.output.contains("acme  organization_query  ###.X##++  \(last)\n"), "\(text.output)")
            #expect(text.output.contains("# covered, + provisional, . gap, X failed."))
            #expect(!text.output.contains("\u{1B}"))
            let report = try Report(try await usaged.usaged("status", "--json").output)
            #expect(report.version == 1)
            let strip = try #require(report.coverage.first)
            #expect(strip.states == "CCCGFCCPP")
            #expect([strip.firstDay, strip.lastDay] == ["\(first)", "\(last)"])
            #expect(report.sources.map(\.organizationID) == [world.organization.id])
            #expect(report.sources.map(\.restingUntil) == [nil])
            #expect(report.requestsOfLastDay == usaged.simulator.ledger.entries.count)
            // As many as the vendor has seen, on whichever day.
            let sent = try await usaged.texts("SELECT sum(requests) || ' ' || sum(throttled) FROM ingest.request_day")
            #expect(sent == ["\(report.requestsOfLastDay) 0"])
            #expect(report.freshness.map(\.gaps) == [2])
            #expect(report.problems.contains { $0.state == "gap" && $0.firstDay == "\(gap)" })
            #expect(report.runs.count == 3)
        }
    }

    @Test func `a source that rests says until when`() async throws {
        try await Installation.with(World(seed: 92, size: .init(rowsADay: 1)), script: Installation.prompt) { usaged in
            usaged.simulator.rewrite { $0.faults = [Fault(.organization, .status(429, retryAfter: 7_200))] }
            #expect(try await usaged.usaged("run", "--once").code == 75)
            let source = try #require(Report(try await usaged.usaged("status", "--json").output).sources.first)
            let rest = try #require(source.restingUntil?.timeIntervalSinceNow)
            #expect((3_600...7_300).contains(rest))
            let text = try await usaged.usaged("status").output
            #expect(text.contains("rests until"), "\(text)")
        }
    }
}
