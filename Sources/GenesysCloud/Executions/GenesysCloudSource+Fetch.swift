import JSONRows
import Transport
import UsageDomain

extension GenesysCloudSource {
    /// Most pages that are read of one answer: 20 million rows.
    static var pageLimit: Int { 20_000 }

    /// Fetches every row of an answer: polls the question's open execution or submits it, and hands the rows over as
    /// they arrive.
    ///
    /// Rows handed over count only when this returns; when it throws, the sink holds a part. Duplicate identities are
    /// not looked for. The sink's `keep()` is not called, since an execution that is lost between two pages is begun
    /// again with the first one.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - sink: takes the rows.
    ///   - recorder: is told of each submission. It hears `.complete` when the answer was read to its end; what is done
    ///     with the rows afterwards is not known here.
    /// - Returns: what was fetched, and what it cost.
    /// - Throws: `GenesysCloudError`; `CancellationError`, which leaves the execution open, as does every failure that
    ///   may pass; what `sink` and `recorder` throw.
    func fetch(
        _ question: some Question<UsageRow>,
        into sink: some UsageRowSink,
        recorder: ExecutionRecorder
    ) async throws -> FetchReport {
        let tally = RequestTally()
        let answer =
            switch question.family.paging {
            case .none:
                try await answer(to: question, into: StreamedRows(into: sink), recorder: recorder, tally: tally)
            case .cursor, .link:
                try await answer(
                    to: question, into: PagedRows(into: sink, pageLimit: Self.pageLimit), recorder: recorder,
                    tally: tally)
            }
        return FetchReport(answer, of: question.family, requests: tally.requests)
    }

    /// Reads the whole answer to a question, whatever its rows are.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - rows: takes the rows, which count only when this returns.
    ///   - recorder: is told of each submission.
    ///   - tally: counts the requests.
    ///   - limit: longest answer in bytes, all pages together; nil for the source's.
    /// - Returns: what the answer showed beside its rows.
    /// - Throws: `GenesysCloudError`; `CancellationError`; what `rows` and `recorder` throw.
    func answer<Asked: Question, Rows: AnswerRows>(
        to question: Asked,
        into rows: Rows,
        recorder: ExecutionRecorder,
        tally: RequestTally,
        limit: Int? = nil
    ) async throws -> Answer where Asked.Row == Rows.Row {
        let execution = QueryExecution(
            source: self,
            question: question,
            rows: rows,
            recorder: recorder,
            tally: tally,
            answerLimit: min(answerLimit, limit ?? .max)
        )
        return try await execution.answer()
    }
}

extension FetchReport {
    /// What an answer showed.
    init(_ answer: Answer, of family: QueryFamily, requests: Int) {
        self.init(
            submission: answer.submission,
            rows: Int64(answer.rows),
            requests: requests,
            unknownFields: answer.unknownFields,
            doubt: answer.doubt(in: family)
        )
        mayLackPages = family.paging != .none && answer.rows >= QueryFamily.pageSize
    }
}

extension Answer {
    /// Why the answer may not be whole although nothing in it is wrong.
    fileprivate func doubt(in family: QueryFamily) -> String? {
        if family.paging == .none {
            // The contract knows no pages here: what they would hold cannot be told.
            return strayCursor.map { _ in
                "the answer names a further page (cursors.after), which this query does not have"
            }
        }
        // As an execution could look whose results were dropped between two pages (contract, section 2).
        return endsEmpty ? "the answer ends with a page without rows, though the page before it named more" : nil
    }
}
