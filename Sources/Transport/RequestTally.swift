import Synchronization

/// Counts the HTTP requests sent on behalf of one undertaking, all attempts and all its exchanges together.
package final class RequestTally: Sendable {
    private struct Counts {
        var requests = 0
        var doubtfulRepeats = 0
    }

    private let counts = Mutex(Counts())

    package init() {}

    /// Requests sent so far.
    package var requests: Int {
        counts.withLock { $0.requests }
    }

    /// How often a request whose repetition is costly was sent again although the server may have accepted it before.
    package var doubtfulRepeats: Int {
        counts.withLock { $0.doubtfulRepeats }
    }

    func countRequest() {
        counts.withLock { $0.requests += 1 }
    }

    func countDoubtfulRepeat() {
        counts.withLock { $0.doubtfulRepeats += 1 }
    }
}
