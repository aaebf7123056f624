/// What the loader asks of a vendor. One conforming type a vendor; it knows nothing of the warehouse.
///
/// Every function throws a `FetchFailure`, `CancellationError`, or what the closures and the sink handed to it throw.
package protocol SourceAdapter: Sendable {
    /// How long the vendor still asks for silence; zero when it does not.
    var silence: Duration { get async }
    /// The organization that the credentials belong to. The first call authenticates.
    func organization() async throws -> Organization
    /// The organization's listed OAuth clients.
    func oauthClients() async throws -> [OAuthClient]
    /// Fetches the whole answer about a window, row by row.
    func fetch(
        _ window: Window,
        into sink: any UsageRowSink,
        recorder: ExecutionRecorder
    ) async throws -> FetchReport
    /// Asks for the totals of a window by OAuth client: a small answer to compare a large one with.
    func fetchTotals(_ window: Window) async throws -> UsageTotals
}
