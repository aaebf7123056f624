/// How long an execution took until its answer was ready, as closely as polling tells.
package struct Readiness: Hashable, Sendable {
    /// From acceptance until the answer was ready.
    package let after: Duration
    /// How often it was asked after until then, the successful time included.
    package let polls: Int

    package init(after: Duration, polls: Int) {
        self.after = after
        self.polls = polls
    }

    /// Concludes from what polls have seen.
    ///
    /// An answer that is there at the first poll may have been ready long before: it counts as ready after three
    /// quarters of the time, so that an expectation that is too long comes down.
    ///
    /// - Parameters:
    ///   - running: time from acceptance until it was last seen running; nil when it never was.
    ///   - ready: time from acceptance until it was seen ready.
    ///   - polls: how many polls that took.
    package init(seenRunning running: Duration?, seenReady ready: Duration, polls: Int) {
        after = running.map { ($0 + ready) / 2 } ?? ready * 3 / 4
        self.polls = polls
    }

    /// Whether it was ready when it was asked after for the first time.
    package var wasReadyAtOnce: Bool { polls == 1 }
}
