import Foundation
import Postgres
import UsageDomain
import UsageSimulator

/// What the simulator's world holds of a dataset, and what the warehouse shows of it, in one spelling.
extension PassBench {
    /// Days counted back from the current one, both included: `-40 ... -1` ends yesterday.
    static func recent(_ offsets: ClosedRange<Int>) -> Range<Day> {
        let today = Day(containing: Date())
        return today.advanced(by: offsets.lowerBound)..<today.advanced(by: offsets.upperBound + 1)
    }

    /// The truth about all listed clients.
    func truth(of dataset: Dataset, _ days: Range<Day>, byUser: Bool = false) throws -> [String] {
        let world = simulator.world
        guard let first = World.Day("\(days.lowerBound)"), let last = World.Day("\(days.upperBound.advanced(by: -1))")
        else { return [] }
        let listed = world.clients.filter(\.isListed).map(\.id)
        switch dataset {
        case .organizationQuery:
            return world.rows(
                from: first, through: last,
                groupedBy: Set([World.Grouping.oauthClient, .templateURI, .httpMethod] + (byUser ? [.user] : []))
            ).map { Self.line($0) }.sorted()
        case .clientQuery:
            return listed.flatMap { client in
                world.clientRows(of: client, from: first, through: last).map { Self.line($0, of: client) }
            }.sorted()
        case .organizationJobs:
            return world.jobRows(
                from: first, through: last,
                groupedBy: Set(
                    [World.Dimension.oauthClient, .templateURI, .httpMethod, .platform] + (byUser ? [.user] : []))
            ).map { Self.line($0) }.sorted()
        case .clientJobs:
            return listed.flatMap { client in
                world.clientJobRows(of: client, from: first, through: last).map { Self.line($0, of: client) }
            }.sorted()
        case .simplesearch:
            return searchTruth(first, last)
        case .clientSummary, .channelUsage:
            return []
        }
    }

    /// Rows of clients that share a name are summed.
    private func searchTruth(_ first: World.Day, _ last: World.Day) -> [String] {
        var sums: [[String]: [Int64]] = [:]
        for row in simulator.world.searchRows(from: first, through: last) {
            let key = [row.day.map { "\($0)" } ?? "", row.clientName, row.templateURI, row.httpMethod]
            sums[key] = zip(sums[key] ?? Array(repeating: 0, count: 6), Self.counters(row)).map(+)
        }
        return sums.map { key, counters in
            ([key[0], "", key[1], "", "", key[2], key[3], ""] + counters.map(String.init)).joined(separator: "|")
        }.sorted()
    }

    /// What the analysts' view shows of a dataset.
    func stored(_ dataset: Dataset) async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws('|', usage_date, client_id, CASE WHEN client_id = '' THEN client_name ELSE '' END,
                calling_organization_id, user_id, template_uri, http_method, platform,
                requests, status_200, status_300, status_400, status_429, status_500)
            FROM usage.api_usage_daily
            WHERE dataset = \(dataset.rawValue)
            """
        ).sorted()
    }

    private static func line(_ row: World.Row, of client: String? = nil) -> String {
        let identity = [
            row.day.map { "\($0)" } ?? "", client ?? row.clientID, "", row.organizationID, row.userID, row.templateURI,
            row.httpMethod, row.platform,
        ]
        return (identity + counters(row).map(String.init)).joined(separator: "|")
    }

    private static func counters(_ row: World.Row) -> [Int64] {
        let counts = row.counts
        return [
            counts.requests, counts.status200, counts.status300, counts.status400, counts.status429, counts.status500,
        ]
    }
}
