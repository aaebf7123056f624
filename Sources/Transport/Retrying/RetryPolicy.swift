/// When a failed request is sent again, and after how long (contract, section 5, "Daemon recipe").
package struct RetryPolicy: Sendable {
    package enum Decision: Equatable, Sendable {
        case sendAgain(after: Duration)
        case giveUp
    }

    /// Upper ends of the waits after the first, second, … failure; the last one counts for all later failures.
    package var ladder: [Duration] = [.seconds(3), .seconds(9), .seconds(27), .seconds(60)]
    /// The silences after the first, second, … 429 that asks for none; the last one counts for all later ones. Without
    /// any, such a 429 is answered like every other failure.
    package var unstatedSilences: [Duration] = []
    /// Requests sent at most.
    package var attempts = 8
    /// Requests sent at most when the answer is 500, which seldom heals.
    package var attemptsAfterServerError = 3
    /// No wait begins that would end later than this after the first request.
    package var deadline: Duration = .seconds(1800)
    /// A server that asks for a longer silence is not waited for.
    package var longestSilence: Duration = .seconds(180)
    /// Added to the silence that a 429 asks for, and once more at most, by chance.
    package var margin: Duration = .seconds(1)

    package init() {}

    /// For a person who waits for the answer: once more a moment later, and no silence is waited for.
    package static var impatient: RetryPolicy {
        var policy = RetryPolicy()
        policy.attempts = 2
        policy.ladder = [.seconds(2)]
        policy.longestSilence = .zero
        // A 429 without a time is no invitation to try again at once; the deadline ends it.
        policy.unstatedSilences = [.seconds(60)]
        policy.deadline = .seconds(10)
        return policy
    }

    /// Decides without doing.
    ///
    /// - Parameters:
    ///   - failure: how the latest attempt failed.
    ///   - repetition: what the request says of being sent twice.
    ///   - attempts: requests sent so far.
    ///   - elapsed: time since the first one.
    ///   - jitter: 0 ≤ x < 1, by chance.
    /// - Returns: what to do now.
    package func decision(
        after failure: TransportError,
        repetition: HTTPRequest.Repetition,
        attempts: Int,
        elapsed: Duration,
        jitter: Double
    ) -> Decision {
        guard failure.isTransient, attempts < limit(after: failure) else { return .giveUp }
        guard failure.isSafeToRetry || repetition != .onlyIfNotAccepted else { return .giveUp }
        if let silence = failure.retryAfter, silence > longestSilence { return .giveUp }
        let wait = wait(after: failure, attempts: attempts, jitter: jitter)
        return elapsed + wait <= deadline ? .sendAgain(after: wait) : .giveUp
    }

    /// How long nothing is to be sent after a 429, as far as that is known; nil after other failures.
    func silence(after failure: TransportError, attempts: Int) -> Duration? {
        guard failure.status == 429 else { return nil }
        return failure.retryAfter
            ?? (unstatedSilences.isEmpty ? nil : unstatedSilences[min(attempts, unstatedSilences.count) - 1])
    }

    private func limit(after failure: TransportError) -> Int {
        failure.status == 500 ? min(attempts, attemptsAfterServerError) : attempts
    }

    private func wait(after failure: TransportError, attempts: Int, jitter: Double) -> Duration {
        if let silence = silence(after: failure, attempts: attempts) {
            return silence + margin + margin * jitter
        }
        // Full jitter: any wait up to the step is as likely as any other, which spreads clients best.
        let step = ladder.isEmpty ? .zero : ladder[min(attempts, ladder.count) - 1]
        return max(step * jitter, failure.retryAfter ?? .zero)
    }
}
