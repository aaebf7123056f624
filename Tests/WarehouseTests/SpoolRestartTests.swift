import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.inTurn)
struct SpoolRestartTests {
    /// Everything that the store reads of an answer, in texts instead of positions.
    private struct Reading: Equatable {
        var rows: [String] = []
        var names: [String] = []
        var dimensions: [[String]] = []
        var totals: [Day: DayTotals] = [:]
        var requestsByClient: [String: Int128] = [:]
        var totalsByClientName: [String: CounterSums] = [:]

        init(_ answer: SpooledAnswer) throws {
            try answer.forEachRecord { record in
                rows.append("\(record.ordinal): \(answer.identity(of: record).debugText) \(record.requests)")
            }
            let content = answer.content
            names = content.clientNames.map { "\($0.name) \($0.day)" }
            dimensions = [
                content.clients.values.map { "\($0.id.text) \($0.statedName.text)" },
                content.endpoints.values.map { "\($0.templateURI.text) \($0.httpMethod.text) \($0.platform.text)" },
                content.users.values.map(\.text), content.callingOrganizations.values.map(\.text),
            ]
            totals = answer.totals
            requestsByClient = answer.requestsByClient
            totalsByClientName = answer.totalsByClientName
        }
    }

    @Test(arguments: 0..<200)
    func `after any keeps and restarts the spool holds what an array would, and nothing else`(seed: Int) throws {
        var random = Seeded(seed)
        // From one row in memory to all of them.
        let limits = [1, 72, 500, 4_000, 1 << 20]
        let memoryLimit = limits[seed % limits.count]
        let spool = UsageSpool(directory: "/tmp", memoryLimit: memoryLimit)
        var model: [UsageRow] = []
        var kept = 0
        for _ in 0..<Int.random(in: 1...400, using: &random) {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                spool.restart()
                model.removeSubrange(kept...)
            case 1, 2:
                spool.keep()
                kept = model.count
            default:
                let row = randomRow(&random)
                try spool.append(row)
                model.append(row)
            }
        }
        let answer = spool.finish()
        let untroubled = UsageSpool(directory: "/tmp")
        for row in model { try untroubled.append(row) }
        #expect(try Reading(answer) == Reading(untroubled.finish()))
        #expect(answer.rows == Int64(model.count))
        // The spool is as new.
        try spool.append(named("Next", day("2025-03-01")))
        spool.restart()
        #expect(try Reading(spool.finish()) == Reading(SpooledAnswer(SpooledAnswer.Content())))
    }

    @Test func `forgotten texts do not count towards the limit`() throws {
        let spool = UsageSpool(directory: "/tmp", distinctTextLimit: 10_000)
        try spool.append(row(day("2025-03-01"), "first"))
        spool.keep()
        for attempt in 0..<100 {
            for number in 0..<10 { try spool.append(row(day("2025-03-01"), "c-\(attempt)-\(number)")) }
            spool.restart()
        }
        #expect(spool.finish().content.clients.values.map(\.id.text) == ["first"])
    }

    @Test func `clients of no id are told apart by their stated names, and an id alone identifies the others`() throws {
        let first = day("2025-03-01")
        var odd = named("Name", first)
        odd.identity.clientID = "c-1"
        let answer = try spool([
            named("A", first, requests: 1), named("B", first, requests: 2), named("A", first, "api/v2", requests: 4),
            row(first, "c-1", name: "C", requests: 8), odd,
        ])
        #expect(answer.content.clients.values.map(\.statedName.text) == ["A", "B", ""])
        #expect(answer.requestsByClient == ["": 7, "c-1": 9])
        #expect(answer.totalsByClientName.mapValues(\.requests) == ["A": 5, "B": 2, "Name": 9])
    }

    private func randomRow(_ random: inout Seeded) -> UsageRow {
        let isNamed = Bool.random(using: &random)
        let number = Int.random(in: 0..<6, using: &random)
        let counts = (0..<6).map { _ in Int64.random(in: 0...9, using: &random) }
        return UsageRow(
            identity: RowIdentity(
                day: day("2025-03-01").advanced(by: Int.random(in: 0..<4, using: &random)),
                clientID: isNamed ? "" : "c-\(number)", statedClientName: isNamed ? "Name \(number)" : "",
                callingOrganizationID: "o-\(Int.random(in: 0..<3, using: &random))",
                userID: "u-\(Int.random(in: 0..<3, using: &random))",
                templateURI: "api/\(Int.random(in: 0..<9, using: &random))", httpMethod: "GET"),
            clientName: Bool.random(using: &random) ? "" : "Client \(Int.random(in: 0..<9, using: &random))",
            counts: UsageCounts(
                requests: counts[0],
                statusCounts: StatusCounts(
                    status200: counts[1], status300: counts[2], status400: counts[3], status429: counts[4],
                    status500: counts[5])))
    }
}

extension RowIdentity {
    fileprivate var debugText: String {
        "\(day)|\(clientID)|\(statedClientName)|\(callingOrganizationID)|\(userID)|\(templateURI)|\(httpMethod)"
    }
}
