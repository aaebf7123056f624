import Foundation
import Ingest
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

    /// The truth about all clients that are asked for, as a script spells it.
    func truth(
        of dataset: Dataset,
        _ days: Range<Day>,
        byUser: Bool = false,
        as script: Script = Script()
    ) throws -> [String] {
        let world = simulator.world
        guard let first = World.Day("\(days.lowerBound)"), let last = World.Day("\(days.upperBound.advanced(by: -1))")
        else { return [] }
        func line(_ row: World.Row, of client: String? = nil) -> String { Self.line(row, of: client, in: script) }
        switch dataset {
        case .organizationQuery:
            return world.rows(
                from: first, through: last,
                groupedBy: Set([World.Grouping.oauthClient, .templateURI, .httpMethod] + (byUser ? [.user] : []))
            ).map { line($0) }.sorted()
        case .clientQuery:
            return askedClients.flatMap { client in
                world.clientRows(of: client, from: first, through: last).map { line($0, of: client) }
            }.sorted()
        case .organizationJobs:
            return world.jobRows(
                from: first, through: last,
                groupedBy: Set(
                    [World.Dimension.oauthClient, .templateURI, .httpMethod, .platform] + (byUser ? [.user] : []))
            ).map { line($0) }.sorted()
        case .clientJobs:
            return askedClients.flatMap { client in
                world.clientJobRows(of: client, from: first, through: last).map { line($0, of: client) }
            }.sorted()
        case .simplesearch:
            guard script.searchClientIDs == .empty else {
                return world.searchRows(from: first, through: last, hasClientIDs: true).map { line($0) }.sorted()
            }
            return searchTruth(first, last)
        case .clientSummary, .channelUsage:
            return []
        }
    }

    /// The truth about summaries taken today, in the spelling of `storedSummaries`.
    func summaryTruth(in script: Script) throws -> [String] {
        let days = script.summaryDays == .clamped ? min(summaryDays, script.summaryDaysMaximum) : summaryDays
        let world = simulator.world
        // Taken as they come, so also ids that nobody grouped by.
        let fillsOrganization = [.organization, .both].contains(script.ungroupedIDs)
        let fillsUser = [.user, .both].contains(script.ungroupedIDs)
        return askedClients.flatMap { client in
            world.summaryRows(
                of: client, days: days, through: simulator.newestPublishedDay, shape: script.summaryRows
            ).map { row in
                Self.line(
                    row, of: client, in: script,
                    organizationID: fillsOrganization && !script.summaryRows.isByOrganization
                        ? world.callingOrganizationIDs[0] : row.organizationID,
                    userID: fillsUser ? world.users.last : row.userID)
            }
        }.sorted()
    }

    private var askedClients: [String] {
        switch clients {
        case .listed: simulator.world.clients.filter(\.isListed).map(\.id)
        case .these(let ids): ids
        }
    }

    /// Rows of clients that share a name are summed.
    private func searchTruth(_ first: World.Day, _ last: World.Day) -> [String] {
        // Byte by byte: two names that merely look the same are two names.
        var sums: [[[UInt8]]: [Int64]] = [:]
        for row in simulator.world.searchRows(from: first, through: last) {
            let key = [row.day.map { "\($0)" } ?? "", row.clientName, row.templateURI, row.httpMethod]
                .map { Array($0.utf8) }
            sums[key] = zip(sums[key] ?? Array(repeating: 0, count: 6), Self.counters(row)).map(+)
        }
        return sums.map { bytes, counters in
            let key = bytes.map { String(decoding: $0, as: UTF8.self) }
            return ([key[0], "", key[1], "", "", key[2], key[3], ""] + counters.map(String.init)).joined(separator: "|")
        }.sorted()
    }

    /// What the analysts' view shows of a dataset.
    func stored(_ dataset: Dataset) async throws -> [String] {
        if dataset == .clientSummary { return try await storedSummaries() }
        return try await texts(
            """
            SELECT concat_ws('|', usage_date, client_id, CASE WHEN client_id = '' THEN client_name ELSE '' END,
                calling_organization_id, user_id, template_uri, http_method, platform,
                requests, status_200, status_300, status_400, status_429, status_500)
            FROM usage.api_usage_daily
            WHERE dataset = \(dataset.rawValue)
            """
        ).sorted()
    }

    private func storedSummaries() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws('|', coalesce(usage_date::text, ''), client_id, '', calling_organization_id, user_id,
                template_uri, http_method, platform,
                requests, status_200, status_300, status_400, status_429, status_500)
            FROM usage.client_summary
            WHERE as_of = current_date
            """
        ).sorted()
    }

    /// The states of a dataset's days, each with its reason; `covered` stands for days, too, that merely have not settled.
    func obstacles(of dataset: Dataset) async throws -> [String] {
        try await texts(
            """
            SELECT DISTINCT CASE
                WHEN last_error = '' AND state = 'provisional' AND usage_date >= current_date - 2 THEN 'covered'
                ELSE trim(concat_ws(' ', state, last_error)) END
            FROM usage.coverage
            WHERE dataset = \(dataset.rawValue)
            ORDER BY 1
            """)
    }

    private static func line(
        _ row: World.Row,
        of client: String?,
        in script: Script,
        organizationID: String? = nil,
        userID: String? = nil
    ) -> String {
        let platform = row.platform.isEmpty ? "" : script.platformNames.spelling(of: row.platform) ?? ""
        let identity = [
            row.day.map { "\($0)" } ?? "", client ?? row.clientID, "", organizationID ?? row.organizationID,
            userID ?? row.userID,
            row.templateURI, row.httpMethod, platform,
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
