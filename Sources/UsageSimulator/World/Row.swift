extension World {
    /// The counters of one row.
    package struct Counts: Hashable, Sendable {
        package var status200: Int64
        package var status300: Int64
        package var status400: Int64
        package var status500: Int64
        /// A part of `status400`, as the contract says in section 1.2.
        package var status429: Int64

        /// The sum of the four classes, as in every real row.
        package var requests: Int64 {
            status200 + status300 + status400 + status500
        }

        static let zero = Counts(status200: 0, status300: 0, status400: 0, status500: 0, status429: 0)

        static func += (total: inout Counts, part: Counts) {
            total.status200 += part.status200
            total.status300 += part.status300
            total.status400 += part.status400
            total.status500 += part.status500
            total.status429 += part.status429
        }
    }

    /// One row of truth, as an answer spells it: `""` stands for what was not grouped by.
    package struct Row: Hashable, Sendable {
        /// First day of the bucket; nil without a granularity.
        package let day: Day?
        /// Of the organization that called.
        package let organizationID: String
        package internal(set) var clientID: String
        package let clientName: String
        package let userID: String
        package let templateURI: String
        package let httpMethod: String
        /// Of the newer family alone; in the world's own spelling.
        package let platform: String
        package let counts: Counts

        package var requests: Int64 { counts.requests }
    }

    /// The dimensions by which the organization query can group.
    package enum Grouping: String, CaseIterable, Hashable, Sendable {
        case oauthClient = "OAuthClientId"
        case organization = "OrganizationId"
        case user = "UserId"
        case templateURI = "TemplateUri"
        case httpMethod = "HttpMethod"
    }

    /// The bucket widths of the organization query.
    package enum Granularity: String, CaseIterable, Sendable {
        case day = "Day"
        case week = "Week"
        case month = "Month"

        /// The first day of the bucket that holds a day.
        func bucket(of day: Day, weekStart: WeekStart) -> Day {
            switch self {
            case .day: day
            case .week: weekStart == .monday ? day.monday : day.advanced(by: 1).monday.advanced(by: -1)
            case .month: day.firstOfMonth
            }
        }
    }
}
