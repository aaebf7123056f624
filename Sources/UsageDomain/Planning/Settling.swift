package import FoundationEssentials

/// When a day's numbers may be trusted to be final.
///
/// The vendor publishes a day about 24 hours late and does not say whether it restates one (contract, section 3), so
/// an answer counts as final only when it was asked for later than the end of the day plus `settleAfter`.
package struct Settling: Sendable {
    package let settleAfter: Duration
    /// When the source's days end.
    package let calendar: DayCalendar

    package init(settleAfter: Duration, calendar: DayCalendar = .utc) {
        self.settleAfter = settleAfter
        self.calendar = calendar
    }

    /// The first moment at which an answer about the day is final.
    package func settlesAt(_ day: Day) -> Date {
        calendar.end(of: day).addingTimeInterval(settleAfter.timeInterval)
    }

    package func isSettled(_ day: Day, fetchedAt: Date) -> Bool {
        fetchedAt > settlesAt(day)
    }
}

extension Duration {
    /// The duration in seconds, for arithmetic with `Date`.
    package var timeInterval: TimeInterval {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
