package import Timekeeping

/// The requests that a source may send, shared by all its tasks.
package actor RequestBudget {
    /// Holds all requests back while it is closed.
    package nonisolated let gate = RequestGate()
    private var pace: RequestPace
    private let longestWait: Duration
    private let timekeeper: Timekeeper

    /// Makes a full budget.
    ///
    /// - Parameters:
    ///   - share: part of the allowance that is used, above 0 and at most 1.
    ///   - allowance: requests in a minute, until an answer says otherwise (contract, section 5: 300 a token).
    ///   - longestWait: a silence longer than this is an error instead of a wait.
    ///   - timekeeper: where time comes from.
    package init(
        share: Double = 0.8,
        allowance: Int = 300,
        longestWait: Duration = .seconds(180),
        timekeeper: Timekeeper = Timekeeper()
    ) {
        pace = RequestPace(share: min(max(share, 0.001), 1), allowance: max(allowance, 1))
        self.longestWait = longestWait
        self.timekeeper = timekeeper
    }

    /// Requests in any minute, as known now.
    package var limit: Int { pace.limit }

    /// How long nothing will be sent; zero when not resting.
    package var silence: Duration {
        max(pace.restingUntil - timekeeper.now, .zero)
    }

    /// Sends nothing for this long. For a 429, or for what an earlier process was told.
    package func rest(for duration: Duration) {
        pace.rest(until: timekeeper.now + duration)
    }

    /// Learns the allowance and its use from an answer.
    package func observe(_ headers: RateLimitHeaders) {
        pace.observe(headers, at: timekeeper.now)
    }

    /// Waits for the turn of one request.
    ///
    /// - Returns: nil, or the silence still asked for when it is too long to be waited for.
    /// - Throws: `CancellationError`, also when the ``gate`` refuses requests.
    func admit() async throws -> Duration? {
        while true {
            try Task.checkCancellation()
            // Before the pace counts it: requests that wait here must not go all at once later.
            guard gate.isOpen else {
                try await gate.waitUntilOpened()
                continue
            }
            let now = timekeeper.now
            guard let moment = pace.grant(at: now) else { return nil }
            if pace.restingUntil - now > longestWait { return pace.restingUntil - now }
            try await timekeeper.sleep(until: moment)
        }
    }
}
