import FoundationEssentials

/// What a refusal for too many requests says of the limit in the headers that other vendors use: `X-RateLimit-…` and
/// `RateLimit-…`. Their numbers have no agreed unit.
enum StatedLimits {
    /// The longest silence that is believed, as for `Retry-After`.
    private static let longest = 31 * 86_400.0
    /// A greater number is an instant in milliseconds since 1970, as a delta it would be three thousand years.
    private static let leastMilliseconds = 1e11
    /// A greater number is an instant in seconds since 1970, as a delta it would be thirty years.
    private static let leastSeconds = 1e9

    /// How long the server asks to wait, by `X-RateLimit-Reset` or else `RateLimit-Reset`.
    ///
    /// - Parameters:
    ///   - head: the refusal.
    ///   - now: our clock, used when the server does not tell the time.
    /// - Returns: the silence, in whole seconds; nil when no header says something understandable, or it has passed.
    static func silence(_ head: HTTPReplyHead, now: Date) -> Duration? {
        for name in ["X-RateLimit-Reset", "RateLimit-Reset"] {
            guard let text = head.header(name), let number = Double(text), number.isFinite, number > 0 else { continue }
            let time = RetryAfter.date(head.header("Date")) ?? now
            let seconds =
                switch number {
                case leastMilliseconds...: number / 1_000 - time.timeIntervalSince1970
                case leastSeconds...: number - time.timeIntervalSince1970
                default: number
                }
            guard seconds > 0 else { continue }
            return .seconds(Int(min(seconds, longest).rounded(.up)))
        }
        return nil
    }

    /// The headers as received, for an operator who wants to learn the limit: `X-RateLimit-Limit: 60`.
    static func quoted(_ head: HTTPReplyHead) -> [String] {
        let named = head.headers.filter {
            let name = $0.name.lowercased()
            return name.hasPrefix("x-ratelimit") || name.hasPrefix("ratelimit")
        }
        return named.prefix(8).map { "\($0.name.quotable(limit: 40)): \($0.value.quotable(limit: 40))" }
    }
}
