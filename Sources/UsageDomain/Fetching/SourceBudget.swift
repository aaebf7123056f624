/// The requests that a source may send, as whoever works on the source sees them.
package protocol SourceBudget: Sendable {
    /// Requests in any minute at most, as known now.
    var limit: Int { get async }
    /// How many of these are left of the minute that ends now; 0 while the vendor asks for silence.
    var remaining: Int { get async }
    /// Requests let go since the budget was made, all attempts of everything counted.
    var requests: Int { get async }
    /// Answers since the budget was made that said "too many requests".
    var refusals: Int { get async }
    /// How long, since the budget was made, a request might have been sent and there was none.
    var idleTime: Duration { get async }
    /// Begins to spend for a source that another process may have spent for until now.
    ///
    /// The next request waits for one interval: requests are evenly spread, so that is all it takes to keep within the
    /// limit, whatever was sent before.
    ///
    /// - Parameters:
    ///   - memory: what is known from before.
    ///   - keep: is told what must not be forgotten, at the moment when it is learned and before anything else is sent. When
    ///     it throws, it is told again with the next that is learned, and by ``keepWhatIsNew()``.
    /// - Returns: nil, or the silence still asked for when it is too long to be waited for.
    func resume(_ memory: BudgetMemory, keeping keep: @escaping @Sendable (BudgetMemory) async throws -> Void) async
        -> Duration?
    /// Has kept what could not be kept when it was learned.
    ///
    /// - Throws: what keeping throws.
    func keepWhatIsNew() async throws
}

/// What must be known of a budget when the next process begins to spend.
package struct BudgetMemory: Equatable, Sendable {
    /// Requests a minute that the vendor was last seen to allow; nil when unknown.
    package var allowance: Int?
    /// How long nothing may be sent, from now on.
    package var silence: Duration

    package init(allowance: Int? = nil, silence: Duration = .zero) {
        self.allowance = allowance
        self.silence = silence
    }
}
