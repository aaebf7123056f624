import UsageDomain
import Warehouse

extension WindowWork {
    /// Says which days of a stored window changed later than they are read again as a matter of course.
    ///
    /// - Returns: how many did.
    func noteLateDays(of outcome: StoreOutcome, in window: Window) -> Int {
        let settling = source.settling(of: window.dataset)
        let watchedDays = LateDay.watchedDays(
            lookbackDays: settings.lookbackDays, settleAfter: settling.settleAfter)
        let now = settings.now()
        let days = outcome.restatedDays.sorted { $0.key < $1.key }.compactMap { day, answeredAt in
            LateDay(
                day, answeredAt: answeredAt, changedAt: now, watchedDays: watchedDays, calendar: settling.calendar)
        }
        if !days.isEmpty { onEvent(.daysChangedLate(source: source.name, window: window, days: days)) }
        return days.count
    }
}
