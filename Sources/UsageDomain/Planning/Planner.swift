package import FoundationEssentials

/// Decides which windows are due. Pure: everything follows from `now`, what is owed and what coverage holds, so a
/// missed pass, a crash or a step of the clock costs nothing but time.
package struct Planner: Sendable {
    package let settling: Settling
    /// How many of the newest owed days are read again once a day.
    package let lookbackDays: Int
    /// How many of the newest owed days are read again once in `widePassInterval`.
    package let widePassDays: Int
    package let now: Date

    /// "Now and then" of the wide pass: seven days.
    package static let widePassInterval = Duration.seconds(7 * 86_400)

    package init(settling: Settling, lookbackDays: Int, widePassDays: Int, now: Date) {
        self.settling = settling
        self.lookbackDays = lookbackDays
        self.widePassDays = widePassDays
        self.now = now
    }

    /// The first day that cannot be asked for yet: the current UTC day is never in an answer (contract, section 3).
    package var today: Day { Day(containing: now) }

    /// The windows that a pass of the daemon should read.
    ///
    /// - Parameters:
    ///   - dataset: the question whose days are planned.
    ///   - startDate: the first day that is owed.
    ///   - coverage: what is known of each day that was tried; a missing day is a gap.
    ///   - retryingEarly: whether failed days are tried although their back-off is not over, as an operator who starts
    ///     a pass by hand expects.
    /// - Returns: windows in the order of work.
    package func dueWindows(
        of dataset: Dataset,
        owedFrom startDate: Day,
        coverage: [Day: DayCoverage],
        retryingEarly: Bool
    ) -> [PlannedWindow] {
        guard startDate < today else { return [] }
        let lookbackStart = today.advanced(by: -lookbackDays)
        return windows(of: dataset, days: startDate..<today, dailyFrom: lookbackStart) { day in
            isDue(day, coverage[day], retryingEarly: retryingEarly)
        }
    }

    /// The windows that bring a range of days up to date by request.
    ///
    /// - Parameters:
    ///   - dataset: the question whose days are planned.
    ///   - days: the days asked for.
    ///   - coverage: what is known of each day that was tried; a missing day is a gap.
    ///   - refetching: takes covered days too.
    /// - Returns: windows in the order of work; days from today on are left out.
    package func backfillWindows(
        of dataset: Dataset,
        days: Range<Day>,
        coverage: [Day: DayCoverage],
        refetching: Bool
    ) -> [PlannedWindow] {
        guard days.lowerBound < today else { return [] }
        let possible = days.lowerBound..<min(days.upperBound, today)
        return windows(of: dataset, days: possible, dailyFrom: today) { day in
            refetching || isLacking(day, coverage[day])
        }
    }

    private func isDue(_ day: Day, _ known: DayCoverage?, retryingEarly: Bool) -> Bool {
        guard let known else { return true }
        if let nextAttempt = known.nextAttemptAt {
            return retryingEarly || now >= nextAttempt
        }
        switch known.state {
        case .failed:
            return true
        case .unavailable:
            return false
        case .provisional, .covered:
            guard let fetchedAt = known.fetchedAt else { return true }
            if isLacking(day, known) { return true }
            let age = day.distance(to: today)
            if age <= lookbackDays { return Day(containing: fetchedAt) < today }
            return age <= widePassDays && now.timeIntervalSince(fetchedAt) >= Self.widePassInterval.timeInterval
        }
    }

    /// Whether the day still needs an answer: never stored, or stored before it had settled and settled since.
    private func isLacking(_ day: Day, _ known: DayCoverage?) -> Bool {
        guard let known else { return true }
        switch known.state {
        case .failed: return true
        case .covered, .unavailable: return false
        case .provisional:
            guard let fetchedAt = known.fetchedAt else { return true }
            if let nextAttempt = known.nextAttemptAt, now >= nextAttempt { return true }
            // A day with an unexplained difference stays provisional after it has settled: once a day is enough.
            return settling.isSettled(day, fetchedAt: now)
                && (!settling.isSettled(day, fetchedAt: fetchedAt) || Day(containing: fetchedAt) < today)
        }
    }

    private func windows(
        of dataset: Dataset,
        days: Range<Day>,
        dailyFrom: Day,
        where isWanted: (Day) -> Bool
    ) -> [PlannedWindow] {
        var planned: [PlannedWindow] = []
        var end = days.upperBound
        while end > days.lowerBound {
            let month = end.advanced(by: -1).month.days
            var start = end
            while start > max(days.lowerBound, month.lowerBound), isWanted(start.advanced(by: -1)) {
                start = start.advanced(by: -1)
            }
            if start < end {
                let priority: PlannedWindow.Priority = end > dailyFrom ? .daily : .backfill
                planned.append(PlannedWindow(window: Window(dataset: dataset, days: start..<end), priority: priority))
                end = start
            } else {
                end = end.advanced(by: -1)
            }
        }
        return planned
    }
}
