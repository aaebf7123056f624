import FoundationEssentials
import JSONRows
import Timekeeping
import Transport
import UsageDomain

/// Carries one question from submission to its whole answer.
struct QueryExecution<Asked: Question, Rows: AnswerRows> where Asked.Row == Rows.Row {
    let source: GenesysCloudSource
    let question: Asked
    /// Takes the rows. They count only when `answer()` returns.
    let rows: Rows
    let recorder: ExecutionRecorder
    let tally: RequestTally
    /// Longest answer, in bytes, all its pages together.
    let answerLimit: Int

    private enum Ending {
        case complete(Answer)
        /// Why, if the API said so.
        case failed(String?)
        case lost
    }

    private struct Submitted {
        let submission: SubmissionID
        let execution: ExecutionID
        /// Whether it may be asked after without waiting.
        let mayBeReady: Bool
        /// When it was accepted; nil when it was submitted by an earlier attempt, nobody knows how long ago.
        var accepted: Duration?

        var isResumed: Bool { accepted == nil }
    }

    /// One page as it was answered.
    private struct Page {
        let head: HTTPReplyHead
        let summary: JSONRowsSummary
        /// When the answer began.
        let arrival: Duration
    }

    /// Resumes the open execution of this query or submits a new one, until one gives its whole answer.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`, which leaves the execution open; what recorder and
    ///   rows throw.
    func answer() async throws -> Answer {
        let start = source.timekeeper.now
        var submitted = try await recorder.open(question.query).map {
            Submitted(submission: $0.submission, execution: $0.execution, mayBeReady: true)
        }
        var failures = 0
        var losses = 0
        while true {
            let current: Submitted
            if let submitted { current = submitted } else { current = try await submit() }
            submitted = nil
            try rows.restart()
            switch try await ending(of: current, start: start) {
            case .complete(let answer) where answer.rows == 0 && current.isResumed:
                // How the API spells an execution whose results it has dropped is not known (contract, section 2): an
                // empty answer may be that, and a day without usage is cheap to ask for again.
                try await recorder.ended(current.submission, .lost)
            case .complete(let answer):
                try await recorder.ended(current.submission, .complete)
                return answer
            case .failed(let reason):
                try await recorder.ended(current.submission, .failed)
                failures += 1
                let waits = source.polling.waitsAfterFailure
                guard failures <= waits.count else {
                    throw error(.executionsFailed(failures, reason), results(current))
                }
                try await source.timekeeper.sleep(for: waits[failures - 1] * (0.5 + source.jitter.fraction() / 2))
            case .lost:
                try await recorder.ended(current.submission, .lost)
                losses += 1
                guard losses < 2 else { throw error(.executionLost, results(current)) }
            }
        }
    }

    private func results(_ current: Submitted, page: Int = 1) -> GenesysCloudError.Step {
        .results(question.query, current.execution, page: page)
    }

    private func error(
        _ reason: GenesysCloudError.Reason,
        _ step: GenesysCloudError.Step,
        _ head: HTTPReplyHead? = nil
    ) -> GenesysCloudError {
        GenesysCloudError(reason, step: step, requests: tally.requests, correlationID: head?.correlationID)
    }

    // MARK: Submitting

    private func submit() async throws -> Submitted {
        let step = GenesysCloudError.Step.submit(question.query)
        let submission = try await recorder.intend(question.query)
        let repeats = tally.doubtfulRepeats
        defer { if tally.doubtfulRepeats > repeats { recorder.repeated(tally.doubtfulRepeats - repeats) } }
        do {
            let request = try question.submission(at: source.endpoints)
            let reply = try await source.send(request, step: step, tally: tally) { _ in WholeBody() }
            let accepted = try source.decode(WireExecution.self, from: reply, step: step, tally: tally)
            let key = question.family.executionKey
            guard let id = accepted[key], !id.isEmpty, id.utf8.count <= 1_024, !id.utf8.contains(0) else {
                throw source.wrongAnswer(
                    "\(key.rawValue) is missing or unusable", in: reply.head, step: step, tally: tally)
            }
            let execution = ExecutionID(rawValue: id)
            let acceptance = source.timekeeper.now
            try await recorder.accepted(submission, execution)
            return Submitted(
                submission: submission, execution: execution, mayBeReady: reply.head.status == 200,
                accepted: acceptance)
        } catch let error as GenesysCloudError {
            let isRejected = error.provesRejection && tally.doubtfulRepeats == repeats
            try await recorder.ended(submission, isRejected ? .rejected : .abandoned)
            throw error
        }
    }

    // MARK: Reading

    private func ending(of current: Submitted, start: Duration) async throws -> Ending {
        do {
            return try await read(current, start: start)
        } catch let error as GenesysCloudError {
            // Whether another token may read an execution is not known (contract, section 2). If the question itself is
            // forbidden by now, asking it again will tell.
            if current.isResumed, case .exchange(let failure) = error.reason, failure.status == 403 { return .lost }
            switch error.kind {
            case .badAnswer, .refused, .clientUnavailable: try await recorder.ended(current.submission, .abandoned)
            case .unavailable, .rateLimited, .unauthenticated: break
            }
            throw error
        }
    }

    /// Polls until the first page is ready, then follows the pages to the last.
    private func read(_ current: Submitted, start: Duration) async throws -> Ending {
        var answer = Answer(submission: current.submission)
        // The link in the submission's answer is not followed: the id is all that is needed of it.
        let path = question.resultsPath(current.execution.rawValue.percentEncoded)
        var url = source.endpoints.url(path + (question.family.paging == .none ? "" : "?\(Self.pageParameter)"))
        let expected = current.isResumed ? nil : recorder.expectedReadiness(question.query)
        var questions = 0
        var lastRunning: Duration?
        // A word that nobody knows may say that the execution goes on, or that it has ended. The first is mended by
        // patience; after the second, patience costs some polls and no answer. So it is waited for like "Running".
        var unknownStatus: String?
        while true {
            if questions > 0 || answer.pages == 0 {
                let wait =
                    questions > 0
                    ? source.polling.wait(
                        after: questions, expecting: expected, jitter: source.jitter.fraction())
                    : source.polling.firstWait(expecting: expected, mayBeReady: current.mayBeReady)
                guard source.timekeeper.now - start + wait <= source.polling.deadline else {
                    if let unknownStatus { throw error(.unknownStatus(unknownStatus), results(current)) }
                    throw error(.stillRunning(after: source.timekeeper.now - start), results(current))
                }
                if wait > .zero { try await source.timekeeper.sleep(for: wait) }
            }
            questions += 1
            let step = results(current, page: answer.pages + 1)
            guard let page = try await page(url, step) else { return .lost }
            switch question.family.status(page.summary) {
            case .running:
                lastRunning = page.arrival
                unknownStatus = nil
            case .failed: return .failed(reason(page.summary))
            case .complete:
                if answer.pages == 0 { try await note(current, lastRunning, page.arrival, polls: questions) }
                guard let next = try end(page.summary, &answer, path, page.head, step) else {
                    return .complete(answer)
                }
                url = next
                questions = 0
            case .missing: throw error(.wrongAnswer("queryStatus is missing"), step, page.head)
            case .unknown(let status):
                lastRunning = page.arrival
                let status = source.presentable(status, limit: 40)
                answer.note(unknownStatus: status)
                unknownStatus = status
            }
        }
    }

    /// Tells when the answer was ready, unless nobody knows when it was begun.
    private func note(_ current: Submitted, _ running: Duration?, _ ready: Duration, polls: Int) async throws {
        guard let accepted = current.accepted else { return }
        let readiness = Readiness(
            seenRunning: running.map { $0 - accepted }, seenReady: ready - accepted, polls: polls)
        try await recorder.ready(current.submission, question.query, readiness)
    }

    /// One page as it is now; nil when the API does not know the execution.
    private func page(_ url: String, _ step: GenesysCloudError.Step) async throws -> Page? {
        let limit = question.family.paging == .none ? answerLimit : min(answerLimit, Self.pageByteLimit)
        var request = HTTPRequest.get(url, answerLimit: limit, deadline: source.polling.answerDeadline)
        // Asking once more after a failure is a poll, too.
        request.shortestWait = source.polling.shortest
        var head: HTTPReplyHead?
        var arrival = Duration.zero
        do {
            let reply = try await source.send(request, step: step, tally: tally) {
                head = $0
                arrival = source.timekeeper.now
                return try AnswerReader(question, into: rows)
            }
            return Page(head: reply.head, summary: reply.answer, arrival: arrival)
        } catch let failure as GenesysCloudError {
            if case .exchange(let exchange) = failure.reason, exchange.status == 404 { return nil }
            throw failure
        } catch let problem as JSONRowsError {
            throw error(.unreadable(problem), step, head)
        } catch let problem as RowProblem {
            throw error(.wrongRow(problem), step, head)
        } catch let problem as AnswerProblem {
            throw error(.wrongAnswer(problem.text), step, head)
        }
    }

    /// Ends a page and finds the address of the next one; nil when the answer is whole.
    private func end(
        _ summary: JSONRowsSummary,
        _ answer: inout Answer,
        _ path: String,
        _ head: HTTPReplyHead,
        _ step: GenesysCloudError.Step
    ) throws -> String? {
        guard summary.rowsMember == .array || (question.family.mayOmitRows && summary.rowCount == 0) else {
            let status = summary.string("queryStatus") ?? ""
            throw error(
                .wrongAnswer("queryStatus is \(status) but \(question.family.schema.rowsKey) is no array"), step, head)
        }
        answer.add(summary, rowsKey: question.family.schema.rowsKey)
        guard answer.bytes <= answerLimit else {
            throw error(
                .wrongAnswer("its pages together are longer than the limit of \(answerLimit) bytes"), step, head)
        }
        let next: String?
        do {
            next = try rows.endPage(next: question.family.next(summary))
        } catch let problem as PageChainError {
            throw error(.wrongPages(problem), step, head)
        } catch let problem as AnswerProblem {
            throw error(.wrongAnswer(problem.text), step, head)
        }
        guard let next else { return nil }
        guard question.family.paging == .link else {
            return source.endpoints.url("\(path)?\(Self.pageParameter)&after=\(next.percentEncoded)")
        }
        guard let url = source.endpoints.url(following: next) else {
            let link = source.presentable(next, limit: 100)
            throw error(.wrongAnswer("nextUri leads to another host: \(link)"), step, head)
        }
        return url
    }

    private func reason(_ summary: JSONRowsSummary) -> String? {
        let parts = [summary.string("errorBody.code"), summary.string("errorBody.message")].compactMap { $0 }
        return parts.isEmpty ? nil : source.presentable(parts.joined(separator: ": "), limit: 200)
    }

    private static var pageParameter: String { "pageSize=\(QueryFamily.pageSize)" }
    /// Longest page, in bytes: its rows are held until its end.
    private static var pageByteLimit: Int { 64 << 20 }
}

/// `UsageExecutionResult`, `OrganizationUsageQueryResponse` or `ClientUsageQueryResponse` (contract, section 1.2).
private struct WireExecution: Decodable {
    let executionId: String?
    let id: String?

    subscript(key: QueryFamily.ExecutionKey) -> String? {
        switch key {
        case .executionId: executionId
        case .id: id
        }
    }
}

extension GenesysCloudError {
    /// Whether a failed submission certainly left no execution behind.
    fileprivate var provesRejection: Bool {
        if step == .token { return true }
        return switch reason {
        case .exchange(let failure), .unauthenticated(let failure): failure.isSafeToRetry
        default: false
        }
    }
}
