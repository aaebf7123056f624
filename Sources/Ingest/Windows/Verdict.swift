import UsageDomain

/// Whether an answer is whole, as far as other questions can tell.
struct Verdict: Sendable {
    enum Conclusion: Sendable {
        case complete
        /// The answer cannot be proven whole, for the reason given.
        case doubtful(String)
        /// The answer was cut: these windows must be read instead of it.
        case cut([Window], reason: String)
    }

    let conclusion: Conclusion
    /// HTTP requests that the proof cost.
    let requests: Int
    /// What the proof was read from. These executions stay open until the answer is stored or given up, so that a process
    /// that dies before leaves them to the next.
    let submissions: [SubmissionID]

    init(_ conclusion: Conclusion, requests: Int = 0, submissions: [SubmissionID] = []) {
        self.conclusion = conclusion
        self.requests = requests
        self.submissions = submissions
    }

    init(_ conclusion: Conclusion, from totals: UsageTotals) {
        self.init(conclusion, requests: totals.requests, submissions: [totals.submission])
    }
}
