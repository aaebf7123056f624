/// How patiently executions are waited for (contract, section 2, "Poll cadence").
package struct PollPolicy: Sendable {
    /// Between any two questions at least, and before the first one where nothing better is known.
    package var shortest: Duration = .seconds(2)
    /// Between two questions at most, unless executions are expected to take longer.
    package var longest: Duration = .seconds(60)
    /// How much longer each wait is than the one before.
    package var growth = 1.5
    /// Share of a later wait that is left to chance, half of it on either side.
    package var spread = 0.3
    /// Longest time from the first submission or question of a fetch until its answer is ready.
    package var deadline: Duration = .seconds(1800)
    /// Waits before submitting again what the API failed to execute; as often as there are waits.
    package var waitsAfterFailure: [Duration] = [.seconds(10), .seconds(60)]
    /// Limit for reading one answer, from asking to its last byte.
    package var answerDeadline: Duration = .seconds(1800)

    package init() {}

    /// How long to wait before the first question, from acceptance.
    ///
    /// - Parameters:
    ///   - expected: when half of the past executions of this kind were ready; nil when that is not known.
    ///   - mayBeReady: whether the answer to the submission does not rule out that the execution is complete.
    /// - Returns: the wait; half of the deadline at most.
    package func firstWait(expecting expected: Duration?, mayBeReady: Bool) -> Duration {
        max(mayBeReady ? .zero : shortest, min(expected ?? .zero, deadline / 2))
    }

    /// How long to wait before a later question.
    ///
    /// - Parameters:
    ///   - questions: asked of this execution before, in vain; at least one.
    ///   - expected: as for the first wait: what takes long is asked after seldom.
    ///   - jitter: 0 ≤ x < 1, by chance.
    /// - Returns: the wait, within `shortest` and the greater of `longest` and what was expected.
    package func wait(after questions: Int, expecting expected: Duration?, jitter: Double) -> Duration {
        let first = max(shortest, min(expected ?? .zero, deadline / 2))
        let most = max(longest, first)
        var wait = first
        for _ in 0..<max(questions, 0) where wait < most { wait = min(wait * growth, most) }
        return min(max(wait * (1 - spread / 2 + spread * jitter), shortest), most)
    }
}
