/// How many windows of a source are worked on at once: as many as it takes to use the requests that may be sent, and as
/// the vendor puts up with.
///
/// A window mostly waits for its execution, so it takes many at once to keep the budget busy. How many executions a
/// vendor lets run is not known (contract, section 10). So the number grows by one with each window that is stored while
/// the budget is not used to the full, and is halved when the vendor says "too many requests", which the budget alone would
/// never bring about. After that it grows slowly, and more slowly each time.
struct WindowsInFlight {
    /// What is known when a window has ended.
    struct Observation {
        /// Answers so far that said "too many requests".
        var refusals: Int
        /// How long, since some moment, a request might have been sent and there was none.
        var idleTime: Duration
        /// Time since that or another moment.
        var now: Duration
        /// Whether the window itself could not be begun for that.
        var wasCrowdedOut = false
        /// Whether an answer of it was stored: failures are no reason for more of them.
        var isFruitful = true
        /// Windows that are still being worked on.
        var working: Int
    }

    private let most: Int
    /// How many windows may be worked on now.
    private(set) var limit: Int
    private var refusals: Int
    /// Idle time at moments of the latest past.
    private var samples: [(now: Duration, idleTime: Duration)]
    /// Windows that must end in calm before one more is allowed.
    private var calmAsked = 1
    private var calm = 0
    /// Windows that were begun before the number was halved, and say nothing of whether that was enough.
    private var older = 0

    /// - Parameters:
    ///   - limit: how many to begin with.
    ///   - most: how many at most.
    ///   - refusals: answers before that said "too many requests".
    ///   - idleTime: as when a window has ended.
    ///   - now: the same.
    init(limit: Int, most: Int, refusals: Int = 0, idleTime: Duration = .zero, now: Duration = .zero) {
        samples = [(now, idleTime)]
        self.limit = max(1, limit)
        self.most = max(1, limit, most)
        self.refusals = refusals
    }

    /// Takes note of the end of a window.
    mutating func windowEnded(_ seen: Observation) {
        let isRefused = seen.refusals > refusals || seen.wasCrowdedOut
        refusals = max(refusals, seen.refusals)
        let hasSlack = hasSlack(seen)
        guard older == 0 else {
            older -= 1
            return
        }
        if isRefused {
            // The one that has ended counts: it was refused, or held back, with the others.
            limit = max(1, min(limit, seen.working + 1) / 2)
            older = seen.working
            calmAsked = min(max(calmAsked * 2, Self.firstCalm), Self.longestCalm)
            calm = 0
        } else if hasSlack, seen.isFruitful, limit < most {
            calm += 1
            guard calm >= calmAsked else { return }
            limit += 1
            calm = 0
        }
    }

    /// Whether a noticeable part of the latest past was not used. Windows end together with others that were begun
    /// together, so that one moment alone says little.
    private mutating func hasSlack(_ seen: Observation) -> Bool {
        while samples.count > 1, samples[1].now <= seen.now - Self.period { samples.removeFirst() }
        let first = samples[0]
        samples.append((seen.now, seen.idleTime))
        return seen.idleTime - first.idleTime > (seen.now - first.now) * Self.noticeable
    }

    private static let period = Duration.seconds(20)
    /// As a share of the time.
    private static let noticeable = 0.05
    /// Windows that must end in calm after the first refusal, and after many.
    private static let firstCalm = 16
    private static let longestCalm = 1_024
}
