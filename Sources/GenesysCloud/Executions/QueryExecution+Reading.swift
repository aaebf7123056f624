import FoundationEssentials
import JSONRows
import Timekeeping
import Transport
import UsageDomain

/// Reading: polls an execution until it is ready, then follows its pages.
extension QueryExecution {
    /// One page as it was answered.
    private struct Page {
        let head: HTTPReplyHead
        let summary: JSONRowsSummary
        /// When the answer began.
        let arrival: Duration
    }

    func ending(of current: Submitted, start: Duration) async throws -> Ending {
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
