import FoundationEssentials
import JSONRows
import Transport
import UsageDomain

/// Carries one query from submission to its whole answer.
struct QueryExecution<Consumer: RowConsumer> {
    let source: GenesysCloudSource
    let window: Window
    let query: OrganizationQuery
    let consumer: Consumer
    let recorder: ExecutionRecorder
    let tally: RequestTally

    /// What the answer was read from and what it showed.
    struct Answer {
        let submission: SubmissionID
        let summary: JSONRowsSummary
    }

    private enum Ending {
        case complete(JSONRowsSummary)
        case failed
        case lost
    }

    private struct Submitted {
        let submission: SubmissionID
        let execution: ExecutionID
        /// Whether it may be asked after without waiting.
        let mayBeReady: Bool
    }

    /// Resumes the open execution of this query or submits a new one, until one gives its whole answer.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`, which leaves the execution open; what recorder and
    ///   consumer throw.
    func answer() async throws -> Answer {
        let start = source.timekeeper.now
        var submitted = try await recorder.open(Query(window)).map {
            Submitted(submission: $0.submission, execution: $0.execution, mayBeReady: true)
        }
        var failures = 0
        var losses = 0
        while true {
            let current: Submitted
            if let submitted { current = submitted } else { current = try await submit() }
            submitted = nil
            switch try await ending(of: current, start: start) {
            case .complete(let summary):
                try await recorder.ended(current.submission, .complete)
                return Answer(submission: current.submission, summary: summary)
            case .failed:
                try await recorder.ended(current.submission, .failed)
                failures += 1
                let waits = source.polling.waitsAfterFailure
                guard failures <= waits.count else { throw error(.executionsFailed(failures), current) }
                try await source.timekeeper.sleep(for: waits[failures - 1] * (0.5 + source.jitter.fraction() / 2))
            case .lost:
                try await recorder.ended(current.submission, .lost)
                losses += 1
                guard losses < 2 else { throw error(.executionLost, current) }
            }
        }
    }

    private func error(
        _ reason: GenesysCloudError.Reason,
        _ current: Submitted,
        _ head: HTTPReplyHead? = nil
    ) -> GenesysCloudError {
        GenesysCloudError(
            reason,
            step: .results(window, current.execution),
            requests: tally.requests,
            correlationID: head?.correlationID
        )
    }

    // MARK: Submitting

    private func submit() async throws -> Submitted {
        let step = GenesysCloudError.Step.submit(window)
        let submission = try await recorder.intend(Query(window))
        let repeats = tally.doubtfulRepeats
        do {
            // A second execution costs quota but does no harm (contract, section 2, "Idempotency").
            let request = HTTPRequest.post(
                source.endpoints.url("/api/v2/usage/query"),
                body: try query.encoded(),
                contentType: "application/json",
                repetition: .harmless,
                answerLimit: 1 << 20
            )
            let reply = try await source.send(request, step: step, tally: tally) { _ in WholeBody() }
            let accepted = try source.decode(WireExecution.self, from: reply, step: step, tally: tally)
            guard let id = accepted.executionId, !id.isEmpty, id.utf8.count <= 1_024, !id.utf8.contains(0) else {
                throw source.wrongAnswer("executionId is missing or unusable", in: reply.head, step: step, tally: tally)
            }
            let execution = ExecutionID(rawValue: id)
            try await recorder.accepted(submission, execution)
            return Submitted(submission: submission, execution: execution, mayBeReady: reply.head.status == 200)
        } catch let error as GenesysCloudError {
            let isRejected = error.provesRejection && tally.doubtfulRepeats == repeats
            try await recorder.ended(submission, isRejected ? .rejected : .abandoned)
            throw error
        }
    }

    // MARK: Polling

    private func ending(of current: Submitted, start: Duration) async throws -> Ending {
        do {
            return try await poll(current, start: start)
        } catch let error as GenesysCloudError {
            switch error.kind {
            case .badAnswer, .refused, .clientUnavailable: try await recorder.ended(current.submission, .abandoned)
            case .unavailable:
                if case .unknownStatus = error.reason { try await recorder.ended(current.submission, .abandoned) }
            case .rateLimited, .unauthenticated: break
            }
            throw error
        }
    }

    private func poll(_ current: Submitted, start: Duration) async throws -> Ending {
        var questions = 0
        while true {
            if questions > 0 || !current.mayBeReady {
                let wait = source.polling.wait(before: questions, jitter: source.jitter.fraction())
                guard source.timekeeper.now - start + wait <= source.polling.deadline else {
                    throw error(.stillRunning(after: source.timekeeper.now - start), current)
                }
                try await source.timekeeper.sleep(for: wait)
            }
            questions += 1
            guard let (head, summary) = try await results(current) else { return .lost }
            switch ExecutionStatus(summary) {
            case .running: continue
            case .failed: return .failed
            case .complete:
                guard summary.rowsMember == .array else {
                    throw error(.wrongAnswer("queryStatus is Complete but results is no array"), current, head)
                }
                return .complete(summary)
            case .missing: throw error(.wrongAnswer("queryStatus is missing"), current, head)
            case .unknown(let status): throw error(.unknownStatus(status.quotable(limit: 40)), current, head)
            }
        }
    }

    /// One question after the results; nil when the API does not know the execution.
    private func results(_ current: Submitted) async throws -> (HTTPReplyHead, JSONRowsSummary)? {
        // The link in the submission's answer is not followed: the id is all that is needed of it.
        let path = "/api/v2/usage/query/\(current.execution.rawValue.percentEncoded)/results"
        let request = HTTPRequest.get(
            source.endpoints.url(path), answerLimit: source.answerLimit, deadline: source.polling.answerDeadline)
        var head: HTTPReplyHead?
        do {
            let step = GenesysCloudError.Step.results(window, current.execution)
            let reply = try await source.send(request, step: step, tally: tally) {
                head = $0
                return try AnswerReader(consumer)
            }
            return (reply.head, reply.answer)
        } catch let failure as GenesysCloudError {
            if case .exchange(let exchange) = failure.reason, exchange.status == 404 { return nil }
            throw failure
        } catch let problem as JSONRowsError {
            throw error(.unreadable(problem), current, head)
        } catch let problem as RowProblem {
            throw error(.wrongRow(problem), current, head)
        }
    }
}

/// `UsageExecutionResult` (contract, section 1.2).
private struct WireExecution: Decodable {
    let executionId: String?
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

extension String {
    /// Safe as one segment of a path: everything but ASCII letters, digits, `-`, `_` and `~` is percent-encoded, so that
    /// not even `..` can lead elsewhere.
    fileprivate var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
