import JSONRows
import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// Fetches every row of a window: polls its open execution or submits it, and hands the rows over as they arrive.
    ///
    /// Rows handed over count only when this returns; when it throws, the sink holds a part. Duplicate identities are
    /// not looked for.
    ///
    /// - Parameters:
    ///   - window: the days asked for.
    ///   - byUser: whether rows are grouped by user too.
    ///   - sink: takes the rows.
    ///   - recorder: is told of each submission. It hears `.complete` when the answer was read to its end; what is done
    ///     with the rows afterwards is not known here.
    /// - Returns: what was fetched, and what it cost.
    /// - Throws: `GenesysCloudError`; `CancellationError`, which leaves the execution open, as does every failure that
    ///   may pass; what `sink` and `recorder` throw.
    package func fetchOrganizationQuery(
        _ window: Window,
        byUser: Bool,
        into sink: some UsageRowSink,
        recorder: ExecutionRecorder
    ) async throws -> FetchReport {
        let tally = RequestTally()
        let execution = QueryExecution(
            source: self,
            window: window,
            query: .rows(of: window, byUser: byUser),
            consumer: UsageRowConsumer(decoder: UsageRowDecoder(days: window.days, byUser: byUser), sink: sink),
            recorder: recorder,
            tally: tally
        )
        let answer = try await execution.answer()
        return FetchReport(
            submission: answer.submission,
            rows: Int64(answer.summary.rowCount),
            requests: tally.requests,
            unknownFields: answer.summary.unknownFields,
            doubt: answer.summary.string("cursors.after").flatMap { cursor in
                // The contract knows no pages here: what they would hold cannot be told.
                cursor.isEmpty ? nil : "the answer names a further page (cursors.after), which this query does not have"
            }
        )
    }
}

/// Decodes rows and passes them on.
private final class UsageRowConsumer<Sink: UsageRowSink>: RowConsumer {
    private let decoder: UsageRowDecoder
    private let sink: Sink
    private var holdsRows = false

    init(decoder: UsageRowDecoder, sink: Sink) {
        self.decoder = decoder
        self.sink = sink
    }

    func restart() throws {
        // Asked before every answer, also before the many that only say "Running".
        guard holdsRows else { return }
        try sink.restart()
        holdsRows = false
    }

    func take(_ row: borrowing JSONRow) throws {
        let decoded = try decoder.decode(row)
        holdsRows = true
        try sink.append(decoded)
    }
}

extension JSONRowsSummary {
    /// Unknown keys by their path from the top of the answer.
    fileprivate var unknownFields: [String: Int] {
        var fields = unknownDocumentKeys.occurrences
        for (key, count) in unknownRowKeys.occurrences { fields["results.\(key)"] = count }
        let unnamed = unknownDocumentKeys.unnamed + unknownRowKeys.unnamed
        if unnamed > 0 { fields["…"] = unnamed }
        return fields
    }
}
