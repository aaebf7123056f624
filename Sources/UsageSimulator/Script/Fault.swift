/// One thing that goes wrong, at one endpoint, at certain requests.
package struct Fault: Sendable {
    /// Which of the matching requests are hit; the first is number 1.
    package enum Occurrence: Sendable {
        case always
        case nth(Int)
        case range(ClosedRange<Int>)
        case every(Int)

        func includes(_ number: Int) -> Bool {
            switch self {
            case .always: true
            case .nth(let wanted): number == wanted
            case .range(let wanted): wanted.contains(number)
            case .every(let step): step > 0 && number % step == 0
            }
        }
    }

    /// What happens instead of, or to, the regular answer.
    package enum Effect: Sendable {
        /// The contract's error body of this status, with `Retry-After` in seconds when given.
        case status(Int, retryAfter: Int? = nil)
        /// A page of HTML, as a gateway in front of the API sends it.
        case html(Int)
        /// Any answer, byte by byte.
        case raw(Int, contentType: String, body: String)
        /// The regular answer; the connection is reset after so many bytes of its body.
        case cut(afterBytes: Int)
        /// The regular answer, properly ended after so many bytes of its body.
        case truncate(afterBytes: Int)
        /// The regular answer in small pieces with pauses between them.
        case drip(bytes: Int, every: Duration)
        /// The regular answer after a pause.
        case delay(Duration)
        /// No answer at all; the connection is reset.
        case reset
        /// No answer until the other side gives up.
        case hang
        /// The regular answer; nothing more comes after so many bytes of its body.
        case stall(afterBytes: Int)
        /// At endpoints that tell results: this `queryStatus` and nothing else; a failed job may tell why, see
        /// ``Script/failedJobs``.
        case queryStatus(String)
        /// The token that was presented is void from now on; the answer is 401.
        case expireToken
        /// At endpoints that tell results: the execution is gone for ever; the answer is 404.
        case forget
        /// At endpoints of complete results: one row is spoiled.
        case row(RowFault)
        /// At endpoints of complete results: the answer silently ends after so many rows, and a page has no cursor then.
        case cap(rows: Int)
        /// At endpoints of complete results that come in pages: one page or its cursor is wrong.
        case page(PageFault)
        /// The regular answer, after these days were restated.
        case restate([World.Day])
    }

    package let endpoint: Endpoint
    package let occurrence: Occurrence
    /// Only requests whose path or body holds this text are counted and hit. Requests for results are taken to hold the body
    /// that their execution was submitted with (a summary: the path), so that a fault can follow one interval.
    package let mentioning: String?
    package let effect: Effect

    package init(
        _ endpoint: Endpoint,
        _ occurrence: Occurrence,
        mentioning: String? = nil,
        _ effect: Effect
    ) {
        self.endpoint = endpoint
        self.occurrence = occurrence
        self.mentioning = mentioning
        self.effect = effect
    }

    /// A fault that hits every matching request.
    package init(_ endpoint: Endpoint, mentioning: String? = nil, _ effect: Effect) {
        self.init(endpoint, .always, mentioning: mentioning, effect)
    }
}

/// What is wrong with one row of a complete answer.
package struct RowFault: Sendable {
    package enum Change: Sendable {
        /// The field holds this JSON text, whatever it is; a field the API does not know is added.
        case set(field: String, json: String)
        case remove(field: String)
        /// The row comes twice.
        case duplicate
    }

    /// The row's place in the answer, from 0.
    package let row: Int
    package let change: Change

    package init(row: Int = 0, _ change: Change) {
        self.row = row
        self.change = change
    }
}
