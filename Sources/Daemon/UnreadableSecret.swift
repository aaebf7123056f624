import FoundationEssentials
import UsageDomain
import UsagedConfiguration

/// A source whose secret cannot be read: it refuses to authenticate, and says why.
struct UnreadableSecret: APIUsageAdapter, ChannelUsageAdapter {
    /// Why the secret cannot be read; names where it should be, never what it is.
    let error: SecretError

    private struct Failure: FetchFailure {
        let description: String
        let kind = FetchFailureKind.unauthenticated
        let requests = 0
    }

    private var failure: Failure { Failure(description: error.description) }

    var silence: Duration { .zero }

    func give(_: RequestLeave) {}

    func organization() async throws -> Organization { throw failure }
    func oauthClients() async throws -> [OAuthClient] { throw failure }
    func fetchTotals(_: Window, recorder: ExecutionRecorder) async throws -> UsageTotals { throw failure }

    func channelUsage(in _: Range<Date>) async throws -> (ChannelUsage, requests: Int) { throw failure }

    func limits() async throws -> [APILimit] { throw failure }
    func keep(to _: [APILimit]) async {}

    func fetchSummary(_: Window, recorder _: ExecutionRecorder) async throws -> (ClientSummary, FetchReport) {
        throw failure
    }

    func fetch(
        _: Window, expectedRows _: Int64?, into _: any UsageRowSink, recorder _: ExecutionRecorder
    ) async throws -> FetchReport {
        throw failure
    }
}
