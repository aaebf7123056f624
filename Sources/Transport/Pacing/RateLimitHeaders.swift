/// What an answer says of the token's allowance (contract, section 5): `inin-ratelimit-count`, `-allowed`, `-reset`.
package struct RateLimitHeaders: Equatable, Sendable {
    /// Requests counted in the server's present minute, this one included.
    package var count: Int?
    /// Requests allowed in a minute.
    package var allowed: Int?
    /// Time until the server's minute ends.
    package var reset: Duration?

    package init(count: Int? = nil, allowed: Int? = nil, reset: Duration? = nil) {
        self.count = count
        self.allowed = allowed
        self.reset = reset
    }

    init(_ head: HTTPReplyHead) {
        func number(_ name: String) -> Int? {
            head.header(name).flatMap { Int($0) }.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
        }
        count = number("inin-ratelimit-count")
        allowed = number("inin-ratelimit-allowed")
        // A window is a minute: a longer time is no number of seconds.
        reset = number("inin-ratelimit-reset").flatMap { $0 <= 120 ? .seconds($0) : nil }
    }
}
