/// The vendor's name for the remote, asynchronous running of a query.
package struct ExecutionID: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Our number of a submission, given when the intent to submit is written down. Numbers grow with time, so of two
/// answers for one window the one with the greater number was submitted later.
package struct SubmissionID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: SubmissionID, right: SubmissionID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// How a submitted query ended, seen from here.
package enum ExecutionEnd: String, Sendable {
    /// Its whole answer was read.
    case complete
    /// The API said that it failed.
    case failed
    /// The API no longer knows it (404 on its results).
    case lost
    /// The submit was refused or certainly not accepted, so no execution exists.
    case rejected
    /// Its answer was read and found unusable, or reading it was given up.
    case abandoned
}

/// A query that was submitted by an earlier process or an earlier attempt and has not ended: it is polled, not
/// submitted again.
package struct OpenExecution: Sendable {
    package let submission: SubmissionID
    package let execution: ExecutionID

    package init(submission: SubmissionID, execution: ExecutionID) {
        self.submission = submission
        self.execution = execution
    }
}

/// Closures through which an adapter writes down what it submits, so that a vendor target never imports the
/// warehouse. Each throws what the store behind it throws; then nothing is submitted or polled.
package struct ExecutionRecorder: Sendable {
    /// The newest open execution of exactly this query, if there is one.
    package var open: @Sendable (_ query: Query) async throws -> OpenExecution?
    /// Writes the intent down before the submit is sent.
    package var intend: @Sendable (_ query: Query) async throws -> SubmissionID
    /// Writes the execution's id down before it is polled for the first time.
    package var accepted: @Sendable (SubmissionID, ExecutionID) async throws -> Void
    /// Writes down how long it took until the answer was ready, as soon as that is seen.
    package var ready: @Sendable (SubmissionID, Query, Readiness) async throws -> Void = { _, _, _ in }
    /// When to expect the answer of a query, counted from its acceptance; nil when nothing is known.
    package var expectedReadiness: @Sendable (Query) -> Duration? = { _ in nil }
    /// Writes down that nothing more will be asked of this submission.
    package var ended: @Sendable (SubmissionID, ExecutionEnd) async throws -> Void
    /// Is told how often a submission was sent again although an earlier request may have been accepted.
    package var repeated: @Sendable (Int) -> Void = { _ in }

    package init(
        open: @escaping @Sendable (_ query: Query) async throws -> OpenExecution?,
        intend: @escaping @Sendable (_ query: Query) async throws -> SubmissionID,
        accepted: @escaping @Sendable (SubmissionID, ExecutionID) async throws -> Void,
        ended: @escaping @Sendable (SubmissionID, ExecutionEnd) async throws -> Void
    ) {
        self.open = open
        self.intend = intend
        self.accepted = accepted
        self.ended = ended
    }
}
