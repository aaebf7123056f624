import UsageDomain
import Warehouse

/// Compares an answer that came in pages with totals of the same question, which are one row a client: a page that is
/// silently missing from a chain shows in nothing else.
///
/// A range of days that differs is read again day by day, so that one bad day does not leave a month in doubt.
struct PageProof: Sendable {
    let adapter: any APIUsageAdapter
    /// Of questions about the answer.
    let recorder: ExecutionRecorder

    func examine(_ answer: SpooledAnswer, of window: Window) async throws -> Verdict {
        let totals: UsageTotals
        do {
            totals = try await adapter.fetchTotals(window, recorder: recorder)
        } catch let failure as any FetchFailure {
            return Verdict(
                .doubtful("an answer in several pages could not be compared with its totals: \(failure)"),
                requests: failure.requests)
        }
        guard let missing = totals.requestsMissing(in: answer, of: window.dataset) else {
            return Verdict(.complete, from: totals)
        }
        let reason =
            "an answer of \(answer.rows) rows in several pages differs by \(missing) requests from the totals: a page is "
            + "probably missing"
        let conclusion: Verdict.Conclusion =
            window.days.count > 1 ? .cut(window.singleDays, reason: reason) : .doubtful(reason)
        return Verdict(conclusion, from: totals)
    }
}
