/// Failures of one kind of work, one after the other: what is said of them, and how soon the work is tried again out of
/// turn.
struct FailureStreak: Sendable {
    /// Wait before the first look for work that must not wait, and between looks while all is well.
    let shortest: Duration
    /// The wait is doubled with each failure up to this.
    let longest: Duration

    private(set) var count = 0
    private var reason = ""

    /// - Parameters:
    ///   - shortest: the wait while nothing has failed.
    ///   - longest: the wait after many failures.
    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    /// How long to wait now.
    var wait: Duration {
        var wait = shortest
        for _ in 0..<count where wait < longest { wait = wait * 2 }
        return min(wait, longest)
    }

    /// - Returns: whether that is news: the first failure, or one for another reason than the last.
    mutating func failed(_ reason: String) -> Bool {
        defer { self.reason = reason }
        count += 1
        return count == 1 || reason != self.reason
    }

    /// - Returns: how many failures it was that have come to an end.
    mutating func succeeded() -> Int {
        defer {
            count = 0
            reason = ""
        }
        return count
    }
}
