/// How patiently executions are waited for (contract, section 2, "Poll cadence").
package struct PollPolicy: Sendable {
    /// Before the first question, and between any two at least.
    package var shortest: Duration = .seconds(2)
    /// Between two questions at most.
    package var longest: Duration = .seconds(60)
    /// How much longer each wait is than the one before.
    package var growth = 1.5
    /// Share of a wait that is left to chance, half of it on either side.
    package var spread = 0.3
    /// Longest time from the first submission or question of a fetch until its answer is ready.
    package var deadline: Duration = .seconds(1800)
    /// Waits before submitting again what the API failed to execute; as often as there are waits.
    package var waitsAfterFailure: [Duration] = [.seconds(10), .seconds(60)]
    /// Limit for reading one answer, from asking to its last byte.
    package var answerDeadline: Duration = .seconds(1800)

    package init() {}

    /// How long to wait before a question.
    ///
    /// - Parameters:
    ///   - questions: asked of this execution before.
    ///   - jitter: 0 ≤ x < 1, by chance.
    /// - Returns: the wait, within `shortest` and `longest`.
    package func wait(before questions: Int, jitter: Double) -> Duration {
        var wait = shortest
        for _ in 0..<max(questions, 0) where wait < longest { wait = min(wait * growth, longest) }
        return min(max(wait * (1 - spread / 2 + spread * jitter), shortest), longest)
    }
}
