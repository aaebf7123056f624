package import FoundationEssentials

extension HTTPReplyHead {
    /// What time the server says it is, to the second; nil when it does not say so understandably.
    package var date: Date? {
        RetryAfter.date(header("Date"))
    }
}
