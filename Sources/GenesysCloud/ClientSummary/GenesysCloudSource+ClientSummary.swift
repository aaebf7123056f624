import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// Longest summary, in bytes: its rows are held in memory.
    private static var summaryLimit: Int { 64 << 20 }

    /// Fetches the summary of the window's OAuth client as of now.
    ///
    /// - Parameters:
    ///   - window: names the client; its day is that of asking.
    ///   - days: how many days back are asked for.
    ///   - recorder: is told of each submission.
    /// - Returns: the summary, and what it cost.
    /// - Throws: `GenesysCloudError`; `CancellationError`; what `recorder` throws.
    package func fetchSummary(
        _ window: Window,
        days: Int,
        recorder: ExecutionRecorder
    ) async throws -> (ClientSummary, FetchReport) {
        let question = ClientSummaryQuery(window, days: days)
        let rows = SummaryRows()
        let tally = RequestTally()
        let answer = try await answer(
            to: question, into: rows, recorder: recorder, tally: tally, limit: Self.summaryLimit)
        return (
            ClientSummary(days: days, rows: rows.rows),
            FetchReport(answer, of: question.family, requests: tally.requests)
        )
    }
}
