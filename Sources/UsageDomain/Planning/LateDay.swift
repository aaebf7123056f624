package import FoundationEssentials

/// A day that changed after the schedule had stopped reading it again each day: only a wide pass, or a refetch by hand,
/// could find that.
package struct LateDay: Equatable, Sendable {
    package let day: Day
    /// How many days after its date it was last seen as it had been.
    package let unchangedAfter: Int
    /// How many days after its date the change was found. When the vendor made it, between the two, nobody tells.
    package let changedAfter: Int

    /// States what is known of a change.
    package init(day: Day, unchangedAfter: Int, changedAfter: Int) {
        self.day = day
        self.unchangedAfter = unchangedAfter
        self.changedAfter = changedAfter
    }

    /// How many days after its date a day is last read again as a matter of course: for the lookback, or because it had
    /// not settled before.
    package static func watchedDays(lookbackDays: Int, settleAfter: Duration) -> Int {
        let seconds = settleAfter.components.seconds + (settleAfter.components.attoseconds > 0 ? 1 : 0)
        // The end of a day is one day after its date begins.
        return max(lookbackDays, Int((max(seconds, 0) + 86_399) / 86_400) + 1)
    }

    /// Judges a day whose numbers changed; nil when it did not change late, or when that cannot be said.
    ///
    /// A change that was found late because nobody looked for a while is not a late change: what counts is that an answer
    /// which came when the day was `watchedDays` old, or older, did not have it yet.
    ///
    /// - Parameters:
    ///   - day: the day that changed.
    ///   - answeredAt: when the answer that was stored before had been asked for.
    ///   - changedAt: when the answer that changed it was stored.
    ///   - watchedDays: see ``watchedDays(lookbackDays:settleAfter:)``.
    ///   - calendar: when the source's days begin and end.
    package init?(_ day: Day, answeredAt: Date, changedAt: Date, watchedDays: Int, calendar: DayCalendar) {
        let unchangedAfter = day.distance(to: calendar.day(containing: answeredAt))
        let changedAfter = day.distance(to: calendar.day(containing: changedAt))
        guard unchangedAfter >= watchedDays, changedAfter > watchedDays else { return nil }
        self.init(day: day, unchangedAfter: unchangedAfter, changedAfter: changedAfter)
    }
}
