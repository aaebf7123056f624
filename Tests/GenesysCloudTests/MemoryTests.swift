import FoundationEssentials
import Glibc
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct MemoryTests {
    @Test func `an answer of hundreds of thousands of rows needs little memory`() async throws {
        // In a process of its own, where no other test adds to the peak.
        await #expect(processExitsWith: .success) {
            let world = World(seed: 3, size: World.Size(rowsADay: 10_000, isSteady: true))
            try await Account.run(world: world) { account in
                let counter = RowCounter()
                let before = try peakMemory()
                let report = try await account.source.fetch(
                    OrganizationQuery(try Window.days("2025-08-01", "2025-08-31"), byUser: false), into: counter,
                    recorder: Diary().recorder)
                guard report.rows == 310_000, counter.rows == 310_000 else { exit(2) }
                // The body alone has more than 100 MB; what grew includes the simulator's part.
                guard try peakMemory() - before < 40_000 else { exit(3) }
            }
        }
    }

    @Test func `an answer in hundreds of pages needs little memory`() async throws {
        await #expect(processExitsWith: .success) {
            let world = World(seed: 3, size: World.Size(rowsADay: 10_000, isSteady: true))
            try await Account.run(world: world) { account in
                let counter = RowCounter()
                let adapter = GenesysCloudAdapter(account.source, byUser: false, summaryDays: 7)
                let window = Window(
                    dataset: .organizationJobs, days: try Window.days("2025-08-01", "2025-08-31").days)
                let before = try peakMemory()
                let report = try await adapter.fetch(
                    window, expectedRows: nil, into: counter, recorder: Diary().recorder)
                guard report.rows > 310_000, counter.rows == report.rows, report.mayLackPages else { exit(2) }
                guard account.simulator.ledger.count(of: .jobsResults) > 310 else { exit(4) }
                // With what the simulator keeps of its pages.
                guard try peakMemory() - before < 40_000 else { exit(3) }
            }
        }
    }

    @Test func `of a day with more rows than can be searched no more is kept than the limit`() throws {
        let rows = KnownDayRows(mostRows: 100)
        let identity = RowIdentity(
            day: Day(daysSinceEpoch: 20_000), clientID: "c", statedClientName: "", templateURI: "api", httpMethod: "GET"
        )
        let row = UsageRow(
            identity: identity, clientName: "Name",
            counts: UsageCounts(
                requests: 1,
                statusCounts: StatusCounts(status200: 1, status300: 0, status400: 0, status429: 0, status500: 0)))
        for _ in 0..<100 { try rows.append(row) }
        #expect(throws: AnswerProblem.self) { try rows.append(row) }
    }

    @Test func `of a day with longer texts than any real one no more is kept than the limit`() throws {
        let rows = KnownDayRows(mostTextBytes: 10_000)
        let counts = UsageCounts(
            requests: 1,
            statusCounts: StatusCounts(status200: 1, status300: 0, status400: 0, status429: 0, status500: 0))
        #expect(throws: AnswerProblem.self) {
            for number in 0..<1_000 {
                let identity = RowIdentity(
                    day: Day(daysSinceEpoch: 20_000), clientID: "c", statedClientName: "",
                    templateURI: "api/v2/\(number)", httpMethod: "GET")
                try rows.append(UsageRow(identity: identity, clientName: "Name", counts: counts))
            }
        }
        #expect((9_900...10_200).contains(rows.day.textBytes))
    }
}

private final class RowCounter: UsageRowSink {
    private(set) var rows = 0
    private var kept = 0

    func restart() {
        rows = kept
    }

    func keep() {
        kept = rows
    }

    func append(_ row: UsageRow) {
        rows += 1
    }
}

/// The greatest resident size of this program so far, in kB. (`getrusage` would count what ran in the process before.)
private func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
}
