/// What the loader asks of a vendor. One conforming type a vendor; it knows nothing of the warehouse.
///
/// Every function throws a `FetchFailure`, `CancellationError`, or what the closures and the sink handed to it throw.
package protocol SourceAdapter: Sendable {
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
    /// Asks for the sums of a window, grouped by OAuth client alone: a small answer to compare a large one with.
    ///
    /// - Returns: requests by OAuth client, over all days of the window.
    func requestsByClient(in window: Window, recorder: ExecutionRecorder) async throws -> [String: Int128]
}
