import FoundationEssentials
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

    enum Ending {
        case complete(Answer)
        /// Why, if the API said so.
        case failed(String?)
        case lost
    }

    struct Submitted {
        let submission: SubmissionID
        let execution: ExecutionID
        /// Whether it may be asked after without waiting.
        let mayBeReady: Bool
        /// When it was accepted; nil when it was submitted by an earlier attempt, nobody knows how long ago.
        var accepted: Duration?

        var isResumed: Bool { accepted == nil }
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

    func results(_ current: Submitted, page: Int = 1) -> GenesysCloudError.Step {
        .results(question.query, current.execution, page: page)
    }

    func error(
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
