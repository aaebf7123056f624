import Foundation
import Postgres
import UsageSimulator

/// What a dataset must hold and what it holds, both as the number of rows and the sum of their requests with a status.
extension Installation {
    /// Days before the current one.
    static func daysAgo(_ count: Int) -> World.Day {
        World.Day(containing: Date()).advanced(by: -count)
    }

    /// The simulator's rows of a dataset with days.
    func truth(of dataset: String, _ first: World.Day, _ last: World.Day) -> String {
        let world = simulator.world
        let listed = world.clients.filter(\.isListed).map(\.id)
        let rows: [World.Row] =
            switch dataset {
            case "organization_query": world.rows(from: first, through: last)
            case "simplesearch": world.searchRows(from: first, through: last)
            case "client_query": listed.flatMap { world.clientRows(of: $0, from: first, through: last) }
            case "organization_jobs":
                world.jobRows(
                    from: first, through: last, groupedBy: [.oauthClient, .templateURI, .httpMethod, .platform])
            case "client_jobs": listed.flatMap { world.clientJobRows(of: $0, from: first, through: last) }
            default: []
            }
        return Self.summary(of: rows)
    }

    /// The simulator's rows of the summaries of all listed clients.
    var summaryTruth: String {
        let world = simulator.world
        let newest = Self.daysAgo(1)
        return Self.summary(
            of: world.clients.filter(\.isListed).flatMap { world.summaryRows(of: $0.id, days: 7, through: newest) })
    }

    /// What the analysts' view shows of a dataset.
    func stored(_ dataset: String) async throws -> String? {
        try await texts(
            """
            SELECT concat_ws(' ', count(*), coalesce(sum(status_200 + status_300 + status_400 + status_500), 0))
            FROM usage.api_usage_daily
            WHERE dataset = \(dataset)
            """
        ).first
    }

    /// What the analysts' view shows of client summaries.
    func storedSummaries() async throws -> String? {
        try await texts(
            """
            SELECT concat_ws(' ', count(*), coalesce(sum(status_200 + status_300 + status_400 + status_500), 0))
            FROM usage.client_summary
            """
        ).first
    }

    /// Units of the simulated organization, which lies eight hours east of UTC all the year round: a line a local day
    /// and channel.
    func channelTruth(_ first: World.Day, _ last: World.Day) -> [String] {
        let world = simulator.infodeck.world
        return (first.number...last.number).flatMap { number in
            let day = World.Day(number: number)
            let start = day.start.addingTimeInterval(-8 * 3_600)
            return InfodeckWorld.Channel.allCases.map { channel in
                let name = channel.rawValue.dropFirst("usage".count).lowercased()
                return "\(day) \(name) \(world.units(channel, in: start..<start.addingTimeInterval(86_400)))"
            }
        }.sorted()
    }

    /// What the analysts' view shows of channels.
    func storedChannels() async throws -> [String] {
        try await texts("SELECT concat_ws(' ', usage_date, channel, units) FROM usage.channel_usage_daily").sorted()
    }

    private static func summary(of rows: [World.Row]) -> String {
        let requests = rows.reduce(Int128(0)) { sum, row in
            let counts = row.counts
            return sum + Int128(counts.status200) + Int128(counts.status300) + Int128(counts.status400)
                + Int128(counts.status500)
        }
        return "\(rows.count) \(requests)"
    }
}
