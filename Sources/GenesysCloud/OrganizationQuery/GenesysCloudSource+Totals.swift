import JSONRows
import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// Asks for the totals of a window by OAuth client, to compare with its rows when these may have been cut off.
    ///
    /// The answer has one row a client, so it stays far below any cap. Its execution is not recorded.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    package func fetchTotals(_ window: Window) async throws -> UsageTotals {
        let tally = RequestTally()
        let consumer = TotalsConsumer(decoder: UsageRowDecoder(days: window.days, byUser: false))
        let execution = QueryExecution(
            source: self,
            window: window,
            query: .totals(of: window),
            consumer: consumer,
            recorder: .forgetful,
            tally: tally
        )
        _ = try await execution.answer()
        return UsageTotals(shares: Array(consumer.shares.values), requests: tally.requests)
    }
}

private final class TotalsConsumer: RowConsumer {
    private let decoder: UsageRowDecoder
    private(set) var shares: [String: UsageTotals.Share] = [:]

    init(decoder: UsageRowDecoder) {
        self.decoder = decoder
    }

    func restart() {
        shares = [:]
    }

    func take(_ row: borrowing JSONRow) throws {
        let clientID = try decoder.text(row, .clientId)
        let share = UsageTotals.Share(
            id: clientID,
            name: try decoder.text(row, .clientName, limit: UsageRowDecoder.nameLimit),
            counts: try decoder.counts(row))
        guard shares.updateValue(share, forKey: clientID) == nil else {
            throw RowProblem(
                row: row.ordinal, byteOffset: row.byteOffset, field: UsageColumn.clientId.key, problem: "occurs twice")
        }
    }
}

extension ExecutionRecorder {
    /// Keeps nothing: for queries that are cheaper asked again than remembered.
    fileprivate static let forgetful = ExecutionRecorder(
        open: { _ in nil },
        intend: { _ in SubmissionID(rawValue: 0) },
        accepted: { _, _ in },
        ended: { _, _ in }
    )
}
