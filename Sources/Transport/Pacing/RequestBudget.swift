package import Timekeeping
package import UsageDomain

/// The requests that a source may send, shared by all its tasks, first come, first served.
package actor RequestBudget {
    /// Holds all requests back while it is closed.
    package nonisolated let gate = RequestGate()
    private var pace: RequestPace
    private let longestWait: Duration
    private let timekeeper: Timekeeper
    /// Numbers of the requests that wait, in the order of their coming.
    private var queue: [Int] = []
    private var lastNumber = 0
    /// Requests let go so far.
    package private(set) var requests = 0
    /// Answers so far that said "too many requests".
    package private(set) var refusals = 0
    private var keep: (@Sendable (BudgetMemory) async throws -> Void)?
    private var idle = Duration.zero
    private var keptAllowance: Int?
    private var keptRest = Duration.zero

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

    /// How many of these are left of the minute that ends now; 0 while resting.
    package var remaining: Int { pace.remaining(at: timekeeper.now) }

    /// Requests that wait for their turn now.
    package var waiting: Int { queue.count }

    /// How long, since the budget was made, a request might have been sent and there was none.
    package var idleTime: Duration {
        queue.isEmpty ? idle + unusedTime(at: timekeeper.now) : idle
    }

    /// How long nothing will be sent; zero when not resting.
    package var silence: Duration {
        max(pace.restingUntil - timekeeper.now, .zero)
    }

    /// Sends nothing for this long, as a 429 asks for, and has that kept before anything else is done. What cannot be kept
    /// is told again with the next that is learned, here and below.
    package func rest(for duration: Duration) async {
        pace.rest(until: timekeeper.now + duration)
        try? await keepWhatIsNew()
    }

    /// Learns the allowance and its use from an answer.
    package func observe(_ headers: RateLimitHeaders) async {
        pace.observe(headers, at: timekeeper.now)
        try? await keepWhatIsNew()
    }

    /// Learns the allowance that the vendor states apart from its answers; nil when it states none.
    package func state(allowance: Int?) async {
        pace.state(allowance: allowance)
        try? await keepWhatIsNew()
    }

    /// Counts an answer that said "too many requests".
    func countRefusal() {
        refusals += 1
    }

    /// Goes on where another process may have sent a request a moment ago; see `SourceBudget`.
    package func resume(
        _ memory: BudgetMemory,
        keeping keep: @escaping @Sendable (BudgetMemory) async throws -> Void
    ) async -> Duration? {
        let now = timekeeper.now
        self.keep = keep
        keptAllowance = memory.allowance
        keptRest = now + memory.silence
        pace.resume(allowance: memory.allowance, at: now)
        pace.rest(until: now + memory.silence)
        // What could not be kept when it was learned.
        try? await keepWhatIsNew()
        return tooLongSilence(at: timekeeper.now)
    }

    /// Waits for the turn of one request.
    ///
    /// - Returns: nil, or the silence still asked for when it is too long to be waited for.
    /// - Throws: `CancellationError`, also when the ``gate`` refuses requests.
    func admit() async throws -> Duration? {
        lastNumber += 1
        let number = lastNumber
        if queue.isEmpty { idle += unusedTime(at: timekeeper.now) }
        queue.append(number)
        defer { queue.removeAll { $0 == number } }
        while true {
            try Task.checkCancellation()
            // Before the pace counts it: requests that wait here must not go all at once later.
            guard gate.isOpen else {
                try await gate.waitUntilOpened()
                continue
            }
            let now = timekeeper.now
            if let silence = tooLongSilence(at: now) { return silence }
            let others = queue.firstIndex(of: number) ?? 0
            if others == 0, pace.grant(at: now) == nil {
                requests += 1
                return nil
            }
            // Whoever is behind others sleeps until it should be first: not everybody wakes for every turn.
            try await timekeeper.sleep(until: pace.turn(behind: others, at: now))
        }
    }

    /// How long the next request might have been sent already; nothing is wasted before the first one.
    private func unusedTime(at now: Duration) -> Duration {
        requests > 0 ? max(now - pace.nextMoment, .zero) : .zero
    }

    private func tooLongSilence(at now: Duration) -> Duration? {
        let silence = pace.restingUntil - now
        return silence > longestWait ? silence : nil
    }

    /// Has kept what is known and is not kept; nothing happens when there is no such thing.
    ///
    /// A silence that ends less than a second later than the one that is kept is the same one.
    ///
    /// - Throws: what keeping throws; then it is not kept.
    package func keepWhatIsNew() async throws {
        let allowance = pace.knownAllowance
        let isLonger = pace.restingUntil > keptRest + .seconds(1) && silence > .zero
        guard let keep, allowance != keptAllowance || isLonger else { return }
        let kept = (keptAllowance, keptRest)
        // Before it is kept: whoever learns the same meanwhile need not keep it, too.
        keptAllowance = allowance
        keptRest = max(keptRest, pace.restingUntil)
        do {
            try await keep(BudgetMemory(allowance: allowance, silence: silence))
        } catch {
            (keptAllowance, keptRest) = kept
            throw error
        }
    }
}

extension RequestBudget: SourceBudget {}
