import FoundationEssentials
import Postgres
import UsageDomain

@testable import Warehouse

extension Fixture {
    /// Submits and stores units of one day, as asked for three days after it.
    @discardableResult
    func store(
        _ units: ChannelUsage,
        on day: Day,
        timeZone: String = "UTC",
        at now: Date? = nil,
        doubt: String? = nil
    ) async throws -> StoreOutcome {
        let window = Window(dataset: .channelUsage, days: day..<day.advanced(by: 1))
        let now = now ?? day.advanced(by: 4).start
        let submission = try await submit(window, at: now)
        return try await warehouse.store(
            units, of: context(window, submission, at: now, doubt: doubt), timeZone: timeZone)
    }

    /// Submits and stores a summary.
    @discardableResult
    func store(
        _ summary: ClientSummary,
        of client: String = "c-1",
        asOf day: Day,
        at now: Date = date("2025-06-01T00:00:00Z")
    ) async throws -> StoreOutcome {
        let window = snapshot(client, day)
        let submission = try await submit(window, at: now)
        return try await warehouse.store(summary, of: context(window, submission, at: now))
    }

    /// Each line of an answer as one text, its columns separated by blanks.
    func lines(_ sql: SQL) async throws -> [String] {
        try await query(
            "SELECT concat_ws(' ', VARIADIC ARRAY(SELECT value FROM json_each_text(to_json(line)))) FROM (\(sql)) AS line"
        )
        .map { try $0.decode(String.self) }
    }
}

/// The window of a client's summary as of a day.
func snapshot(_ client: String, _ day: Day) -> Window {
    Window(dataset: .clientSummary, clientID: client, days: day..<day.advanced(by: 1))
}

func units(_ sms: Decimal, whatsapp: Decimal = 0, email: Decimal = 0, sage: Decimal = 0) -> ChannelUsage {
    ChannelUsage(sms: sms, whatsapp: whatsapp, email: email, sage: sage)
}

/// A row of a simple search.
func named(_ name: String, _ day: Day, _ uri: String = "api/v2/users", requests: Int64 = 1) -> UsageRow {
    UsageRow(
        identity: RowIdentity(day: day, statedClientName: name, templateURI: uri, httpMethod: "GET"),
        clientName: name,
        counts: UsageCounts(
            requests: requests,
            statusCounts: StatusCounts(status200: requests, status300: 0, status400: 0, status429: 0, status500: 0)))
}
