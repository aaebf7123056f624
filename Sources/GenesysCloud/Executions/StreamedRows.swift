import UsageDomain

/// Passes the rows of an answer without pages on as they arrive, and holds none.
final class StreamedRows<Sink: UsageRowSink>: AnswerRows {
    private let sink: Sink
    private var holdsRows = false

    init(into sink: Sink) {
        self.sink = sink
    }

    func restart() throws {
        // Asked before every answer, also before the many that only say "Running".
        guard holdsRows else { return }
        try sink.restart()
        holdsRows = false
    }

    func restartPage() throws {
        try restart()
    }

    func append(_ row: UsageRow) throws {
        holdsRows = true
        try sink.append(row)
    }

    func endPage(next: String?) -> String? {
        nil
    }
}
