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

    init(_ conclusion: Conclusion, requests: Int = 0) {
        self.conclusion = conclusion
        self.requests = requests
    }
}
