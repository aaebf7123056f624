/// Until when each loop must report again. A loop that is silent for longer hangs; one that rests, and said until when,
/// does not.
package struct LoopDeadlines: Sendable {
    /// The longest that a loop which works may be silent: what it does without a word, reading one answer or storing one,
    /// each has a limit of 30 minutes.
    package static let longestSilence = Duration.seconds(35 * 60)

    private var deadlines: [WorkLoop: Duration] = [:]

    package init() {}

    package func isRunning(_ loop: WorkLoop) -> Bool { deadlines[loop] != nil }

    package mutating func begin(_ loop: WorkLoop, at now: Duration) {
        deadlines[loop] = now + Self.longestSilence
    }

    /// Takes note that a loop works; nothing when it has not begun, or has ended.
    package mutating func report(_ loop: WorkLoop, at now: Duration) {
        guard isRunning(loop) else { return }
        deadlines[loop] = now + Self.longestSilence
    }

    /// Takes note that a loop waits for a moment that it knows; nothing when it has not begun, or has ended.
    package mutating func rest(_ loop: WorkLoop, until moment: Duration) {
        guard isRunning(loop) else { return }
        deadlines[loop] = moment + Self.longestSilence
    }

    package mutating func end(_ loop: WorkLoop) {
        deadlines[loop] = nil
    }

    /// Loops that should have reported by now, by name.
    package func overdue(at now: Duration) -> [WorkLoop] {
        deadlines.filter { $0.value < now }.keys.sorted { $0.description < $1.description }
    }
}
