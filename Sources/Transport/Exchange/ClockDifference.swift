import FoundationEssentials

/// How far this machine's clock is from that of a server, by the header `Date` of its answer.
///
/// A clock that is wrong by days would make days of the future owed, and days that the vendor is still counting settled.
struct ClockDifference: Equatable {
    /// Above zero where this machine's clock is ahead.
    let duration: Duration

    /// A smaller difference changes nothing: today is never asked for, and a day waits for hours until it is settled.
    static let tolerance = Duration.seconds(900)

    /// Compares the clocks; nil when the server does not tell the time, or they agree.
    ///
    /// - Parameters:
    ///   - head: of the answer.
    ///   - sent: our time before the request was sent.
    ///   - received: our time when the head had come.
    init?(_ head: HTTPReplyHead, sent: Date, received: Date) {
        guard let date = head.date else { return nil }
        let seconds = max(0, sent.timeIntervalSince(date)) + min(0, received.timeIntervalSince(date))
        guard seconds.magnitude > Double(Self.tolerance.components.seconds) else { return nil }
        duration = .seconds(Int(seconds.rounded()))
    }
}
