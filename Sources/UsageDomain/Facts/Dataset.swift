/// Which question is asked of a source. The raw value is the word of the configuration, the database and the logs.
///
/// Datasets count different things: their rows are kept apart, and nothing ever adds two of them together.
package enum Dataset: String, CaseIterable, Hashable, Sendable {
    case organizationQuery = "organization_query"
    case clientQuery = "client_query"
    case clientSummary = "client_summary"
    case simplesearch = "simplesearch"
    case organizationJobs = "organization_jobs"
    case clientJobs = "client_jobs"
    case channelUsage = "channel_usage"

    /// What an answer of the dataset is made of, and so how it is stored.
    package enum Shape: Sendable {
        /// Usage rows, each with a day.
        case rows
        /// A snapshot relative to the moment of asking. It owes no day and cannot be asked for later.
        case snapshot
        /// Units by channel of one local day.
        case channels
    }

    package var shape: Shape {
        switch self {
        case .organizationQuery, .clientQuery, .simplesearch, .organizationJobs, .clientJobs: .rows
        case .clientSummary: .snapshot
        case .channelUsage: .channels
        }
    }

    /// Whether retention may give its days up: those that are kept in partitions.
    package var isRetained: Bool { shape == .rows }

    /// Whether it is asked for each OAuth client by itself.
    package var isPerClient: Bool {
        switch self {
        case .clientQuery, .clientSummary, .clientJobs: true
        case .organizationQuery, .simplesearch, .organizationJobs, .channelUsage: false
        }
    }

    /// Whether its rows can also be grouped by user. Per-client queries cannot (contract, section 1.1).
    package var canGroupByUser: Bool {
        self == .organizationQuery || self == .organizationJobs
    }

    /// Most days of one window. A window never crosses a month; a simple search has 20,000 rows at most, and Infodeck
    /// answers with one sum for all that is asked, so these two are asked day by day.
    package var longestWindow: Int {
        switch self {
        case .simplesearch, .channelUsage, .clientSummary: 1
        case .organizationQuery, .clientQuery, .organizationJobs, .clientJobs: 31
        }
    }

    /// How many days back the newest family reaches: its start "cannot be more than a year ago" (contract, section 1.1);
    /// the day that is exactly a year old began earlier than that. Nil where no limit is known.
    package var reach: Int? {
        switch self {
        case .organizationJobs, .clientJobs: 364
        case .organizationQuery, .clientQuery, .clientSummary, .simplesearch, .channelUsage: nil
        }
    }
}
