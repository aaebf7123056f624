package import FoundationEssentials

/// What the loader asks of any vendor. One conforming type a vendor; it knows nothing of the warehouse.
///
/// Every function throws a `FetchFailure`, `CancellationError`, or what the closures and the sink handed to it throw.
package protocol SourceAdapter: Sendable {
    /// What may be sent; nil for an adapter that sends nothing.
    var budget: (any SourceBudget)? { get }
    /// How long the vendor still asks for silence; zero when it does not.
    var silence: Duration { get async }
    /// Says whether requests may be sent; until it was said for the first time, they may.
    func give(_ leave: RequestLeave)
    /// The organization that the credentials belong to. The first call authenticates.
    func organization() async throws -> Organization
}

extension SourceAdapter {
    package var budget: (any SourceBudget)? { nil }
}

/// A vendor that counts API requests by OAuth client and endpoint.
package protocol APIUsageAdapter: SourceAdapter {
    /// The organization's listed OAuth clients.
    func oauthClients() async throws -> [OAuthClient]
    /// The limits that the vendor states for its API and for the usage endpoints.
    func limits() async throws -> [APILimit]
    /// Keeps to those of the stated limits that are about the number of requests.
    func keep(to limits: [APILimit]) async
    /// Fetches the whole answer about a window, row by row.
    ///
    /// - Parameters:
    ///   - window: of a dataset whose shape is `rows`.
    ///   - expectedRows: how many rows the answer probably has; nil when nothing is known. An answer that is bound to be
    ///     cut is then asked for in parts from the start.
    ///   - sink: takes the rows. They count only when this returns.
    ///   - recorder: is told of each submission.
    /// - Returns: what the answer cost and showed.
    /// - Throws: as said above.
    func fetch(
        _ window: Window,
        expectedRows: Int64?,
        into sink: any UsageRowSink,
        recorder: ExecutionRecorder
    ) async throws -> FetchReport
    /// Fetches the summary of the window's OAuth client as of now.
    func fetchSummary(_ window: Window, recorder: ExecutionRecorder) async throws -> (ClientSummary, FetchReport)
    /// Asks for the totals of a window: a small answer to compare a large one with. The recorder is told of each
    /// submission.
    func fetchTotals(_ window: Window, recorder: ExecutionRecorder) async throws -> UsageTotals
}

/// A vendor that counts units by channel, one sum for whatever range is asked for.
package protocol ChannelUsageAdapter: SourceAdapter {
    /// Asks for the units between two instants, the second excluded, and says how many HTTP requests that took.
    func channelUsage(in instants: Range<Date>) async throws -> (ChannelUsage, requests: Int)
}
