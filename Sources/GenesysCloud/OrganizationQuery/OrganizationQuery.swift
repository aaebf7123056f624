import FoundationEssentials
import UsageDomain

/// Body of `POST /api/v2/usage/query` (contract, section 1.1, `ApiUsageOrganizationQuery`).
struct OrganizationQuery: Encodable {
    enum Grouping: String, Encodable {
        case oauthClient = "OAuthClientId"
        case user = "UserId"
        case templateURI = "TemplateUri"
        case httpMethod = "HttpMethod"
    }

    let interval: String
    /// Absent: one total for the whole interval.
    let granularity: String?
    let metrics = ["Status200", "Status300", "Status400", "Status500", "Status429", "Requests"]
    let groupBy: [Grouping]

    /// Every row of every day.
    static func rows(of window: Window, byUser: Bool) -> OrganizationQuery {
        OrganizationQuery(
            interval: Interval(window).description,
            granularity: "Day",
            groupBy: [.oauthClient, .templateURI, .httpMethod] + (byUser ? [.user] : [])
        )
    }

    /// One row an OAuth client.
    static func totals(of window: Window) -> OrganizationQuery {
        OrganizationQuery(interval: Interval(window).description, granularity: nil, groupBy: [.oauthClient])
    }

    /// The JSON that is sent.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
