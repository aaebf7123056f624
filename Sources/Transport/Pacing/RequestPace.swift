/// Decides when the next request may be sent: evenly spread, never more than the limit in any minute.
///
/// All times are distances from one origin.
struct RequestPace {
    /// A minute, and a second for requests that travel at different speeds.
    static let window = Duration.seconds(61)
    /// How long the lowest allowance seen is kept after it was last seen: endpoints have different ones.
    static let memory = Duration.seconds(120)

    /// Share of the allowance that is used, above 0 and at most 1.
    let share: Double
    /// Requests in a minute that the server allows.
    private(set) var allowance: Int
    private var allowanceSeen: Duration?
    /// When requests of the last minute were let go.
    private var granted: [Duration] = []
    private(set) var restingUntil = Duration.zero

    init(share: Double, allowance: Int) {
        self.share = share
        self.allowance = allowance
    }

    /// Requests in any minute.
    var limit: Int {
        max(1, Int(share * Double(allowance)))
    }

    /// Lets one request go now and returns nil, or returns the moment to ask again at.
    mutating func grant(at now: Duration) -> Duration? {
        granted.removeAll { $0 <= now - Self.window }
        var moment = restingUntil
        if let last = granted.last { moment = max(moment, last + Self.window / limit) }
        if granted.count >= limit { moment = max(moment, granted[granted.count - limit] + Self.window) }
        guard moment <= now else { return moment }
        granted.append(now)
        return nil
    }

    /// Learns from an answer.
    mutating func observe(_ headers: RateLimitHeaders, at now: Duration) {
        if let allowed = headers.allowed, allowed > 0 { observe(allowance: allowed, at: now) }
        if let count = headers.count, count >= threshold {
            rest(until: now + (headers.reset ?? Self.window))
        }
    }

    mutating func rest(until moment: Duration) {
        restingUntil = max(restingUntil, moment)
    }

    /// The allowance falls at once, and rises when the lower one was not seen for a while.
    private mutating func observe(allowance allowed: Int, at now: Duration) {
        if let seen = allowanceSeen, allowed > allowance, now - seen < Self.memory { return }
        allowance = allowed
        allowanceSeen = now
    }

    /// The server's count at which the rest of its minute is left to others. Five below the allowance, where it is
    /// large enough, since answers to requests under way are not counted yet.
    private var threshold: Int {
        max(1, min(limit, allowance - min(5, allowance / 20)))
    }
}
