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
    /// Assumed while nothing is known.
    private let fallback: Int
    /// What answers say.
    private var observed: Int?
    private var observedAt = Duration.zero
    /// What the vendor states of its limits.
    private var stated: Int?
    /// When requests of the last minute were let go.
    private var granted: [Duration] = []
    /// Until when another process may have sent.
    private var resumedAt: Duration?
    private(set) var restingUntil = Duration.zero

    init(share: Double, allowance: Int) {
        self.share = share
        fallback = allowance
    }

    /// Requests in a minute that the server allows: the lowest number that is known; nil when none is.
    var knownAllowance: Int? {
        [observed, stated].compactMap(\.self).min()
    }

    /// Requests in a minute that the server allows, as far as is known.
    var allowance: Int { knownAllowance ?? fallback }

    /// Requests in any minute.
    var limit: Int {
        max(1, Int(share * Double(allowance)))
    }

    /// How many requests are left of the minute that ends now; 0 while resting.
    func remaining(at now: Duration) -> Int {
        guard restingUntil <= now else { return 0 }
        return max(limit - granted.count { $0 > now - Self.window }, 0)
    }

    /// Between any two requests.
    private var interval: Duration { Self.window / limit }

    /// Lets one request go now and returns nil, or returns the moment to ask again at.
    mutating func grant(at now: Duration) -> Duration? {
        granted.removeAll { $0 <= now - Self.window }
        let moment = nextMoment
        guard moment <= now else { return moment }
        granted.append(now)
        return nil
    }

    /// When a request may go before which so many others go.
    func turn(behind others: Int, at now: Duration) -> Duration {
        max(nextMoment, now) + interval * others
    }

    /// When the next request may be sent.
    var nextMoment: Duration {
        var moment = restingUntil
        if let last = granted.last { moment = max(moment, last + interval) }
        if let resumedAt { moment = max(moment, resumedAt + interval) }
        if granted.count >= limit { moment = max(moment, granted[granted.count - limit] + Self.window) }
        return moment
    }

    /// Goes on where another process may have sent a request a moment ago.
    ///
    /// - Parameters:
    ///   - allowance: what it knew.
    ///   - now: the present moment.
    mutating func resume(allowance: Int?, at now: Duration) {
        resumedAt = now
        guard let allowance, allowance > 0, observed.map({ allowance < $0 }) ?? true else { return }
        observed = allowance
        observedAt = now
    }

    /// Learns from an answer.
    mutating func observe(_ headers: RateLimitHeaders, at now: Duration) {
        if let allowed = headers.allowed, allowed > 0 { observe(allowance: allowed, at: now) }
        if let count = headers.count, count >= threshold {
            rest(until: now + (headers.reset ?? Self.window))
        }
    }

    /// Learns what the vendor states of its limits; nil when it states nothing.
    mutating func state(allowance: Int?) {
        stated = allowance.flatMap { $0 > 0 ? $0 : nil }
    }

    mutating func rest(until moment: Duration) {
        restingUntil = max(restingUntil, moment)
    }

    /// The allowance falls at once, and rises when the lower one was not seen for a while.
    private mutating func observe(allowance allowed: Int, at now: Duration) {
        if let observed, allowed > observed, now - observedAt < Self.memory { return }
        observed = allowed
        observedAt = now
    }

    /// The server's count at which the rest of its minute is left to others. Five below the allowance, where it is
    /// large enough, since answers to requests under way are not counted yet.
    private var threshold: Int {
        max(1, min(limit, allowance - min(5, allowance / 20)))
    }
}
