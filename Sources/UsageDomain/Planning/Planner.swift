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

    /// How long an OAuth client that the API will not speak of is left alone: seven days.
    package static let unavailableClientInterval = Duration.seconds(7 * 86_400)

    package init(settling: Settling, lookbackDays: Int, widePassDays: Int, now: Date) {
        self.settling = settling
        self.lookbackDays = lookbackDays
        self.widePassDays = widePassDays
        self.now = now
    }

    /// The first day that cannot be asked for yet: the current day is never in an answer (contract, section 3).
    package var today: Day { day(containing: now) }

    /// The first day that can still be asked for, where the vendor forgets; nil where it does not.
    package func firstReachableDay(of dataset: Dataset) -> Day? {
        dataset.reach.map { today.advanced(by: -$0) }
    }

    /// The windows that a pass of the daemon should read.
    ///
    /// - Parameters:
    ///   - dataset: the question whose days are planned.
    ///   - clientID: the OAuth client that is asked about; `""` where the dataset is not asked per client.
    ///   - startDate: the first day that is owed.
    ///   - coverage: what is known of each day that was tried; a missing day is a gap.
    ///   - retryingEarly: whether failed days are tried although their back-off is not over, as an operator who starts
    ///     a pass by hand expects.
    /// - Returns: windows in the order of work.
    package func dueWindows(
        of dataset: Dataset,
        clientID: String = "",
        owedFrom startDate: Day,
        coverage: [Day: DayCoverage],
        retryingEarly: Bool
    ) -> [PlannedWindow] {
        if dataset.shape == .snapshot {
            return dueSnapshot(of: dataset, clientID: clientID, known: coverage[today], retryingEarly: retryingEarly)
        }
        let first = max(startDate, firstReachableDay(of: dataset) ?? startDate)
        guard first < today else { return [] }
        let lookbackStart = today.advanced(by: -lookbackDays)
        let isWidePass = isWidePassDue(coverage, owedFrom: first)
        return windows(of: dataset, clientID, days: first..<today, dailyFrom: lookbackStart) { day in
            isDue(day, coverage[day], isWidePass: isWidePass, retryingEarly: retryingEarly)
        }
    }

    /// The windows that bring a range of days up to date by request.
    ///
    /// - Parameters:
    ///   - dataset: the question whose days are planned.
    ///   - clientID: the OAuth client that is asked about; `""` where the dataset is not asked per client.
    ///   - days: the days asked for.
    ///   - coverage: what is known of each day that was tried; a missing day is a gap.
    ///   - refetching: takes covered days too.
    /// - Returns: windows in the order of work; days from today on, and days that the vendor has forgotten, are left
    ///   out. None for a snapshot, which is relative to now.
    package func backfillWindows(
        of dataset: Dataset,
        clientID: String = "",
        days: Range<Day>,
        coverage: [Day: DayCoverage],
        refetching: Bool
    ) -> [PlannedWindow] {
        let first = max(days.lowerBound, firstReachableDay(of: dataset) ?? days.lowerBound)
        let end = min(days.upperBound, today)
        guard dataset.shape != .snapshot, first < end else { return [] }
        return windows(of: dataset, clientID, days: first..<end, dailyFrom: today) { day in
            refetching || isLacking(day, coverage[day])
        }
    }

    /// Owed days that the vendor has forgotten and that were never stored.
    ///
    /// - Parameters:
    ///   - dataset: the question whose days are looked at.
    ///   - clientID: the OAuth client that is asked about; `""` where the dataset is not asked per client.
    ///   - days: the days that are owed or asked for.
    ///   - coverage: what is known of each day that was tried.
    /// - Returns: windows of days that are not known to be unavailable yet.
    package func forgottenDays(
        of dataset: Dataset,
        clientID: String = "",
        days: Range<Day>,
        coverage: [Day: DayCoverage]
    ) -> [Window] {
        guard let reachable = firstReachableDay(of: dataset), days.lowerBound < min(reachable, days.upperBound) else {
            return []
        }
        let forgotten = days.lowerBound..<min(reachable, days.upperBound)
        return windows(of: dataset, clientID, days: forgotten, dailyFrom: today) { day in
            switch coverage[day]?.state {
            case nil, .failed: true
            // A client that was unavailable for a while is asked no more either.
            case .unavailable: coverage[day]?.nextAttemptAt != nil
            case .provisional, .covered: false
            }
        }.map(\.window)
    }

    /// Until when an OAuth client is left alone that the API would not speak of.
    ///
    /// - Parameter coverage: what is known of the client's days.
    /// - Returns: nil when it may be asked.
    package func restingUntil(_ coverage: [Day: DayCoverage]) -> Date? {
        let end = coverage.values.lazy.filter { $0.state == .unavailable }.compactMap(\.nextAttemptAt).max()
        return end.flatMap { $0 > now ? $0 : nil }
    }

    // MARK: - What is due

    /// Whether a stored day behind the lookback was last read a wide pass's interval ago. All of them are then read again
    /// together: days leave the lookback one by one, and each by itself would be a window of its own, every day several.
    private func isWidePassDue(_ coverage: [Day: DayCoverage], owedFrom first: Day) -> Bool {
        let start = max(first, today.advanced(by: -widePassDays))
        let end = today.advanced(by: -lookbackDays)
        guard start < end else { return false }
        return (start..<end).contains { day in
            guard let known = coverage[day], known.nextAttemptAt == nil,
                known.state == .covered || known.state == .provisional, let fetchedAt = known.fetchedAt
            else { return false }
            return now.timeIntervalSince(fetchedAt) >= Self.widePassInterval.timeInterval
        }
    }

    private func isDue(_ day: Day, _ known: DayCoverage?, isWidePass: Bool = false, retryingEarly: Bool) -> Bool {
        guard let known else { return true }
        if let nextAttempt = known.nextAttemptAt {
            // An unavailable day waits its week also when somebody is at the keyboard: the answer is known.
            return now >= nextAttempt || (retryingEarly && known.state != .unavailable)
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
            if age <= lookbackDays { return self.day(containing: fetchedAt) < today }
            return isWidePass && age <= widePassDays && self.day(containing: fetchedAt) < today
        }
    }

    /// Whether the day still needs an answer: never stored, or stored before it had settled and settled since.
    private func isLacking(_ day: Day, _ known: DayCoverage?) -> Bool {
        guard let known else { return true }
        switch known.state {
        case .failed: return true
        case .covered: return false
        // Past the vendor's memory for good, or a client's week, which ends also where no schedule looks.
        case .unavailable: return known.nextAttemptAt.map { now >= $0 } ?? false
        case .provisional:
            guard let fetchedAt = known.fetchedAt else { return true }
            if let nextAttempt = known.nextAttemptAt, now >= nextAttempt { return true }
            // A day with an unexplained difference stays provisional after it has settled: once a day is enough.
            return settling.isSettled(day, fetchedAt: now)
                && (!settling.isSettled(day, fetchedAt: fetchedAt) || self.day(containing: fetchedAt) < today)
        }
    }

    /// One snapshot a day: due until today's is taken.
    private func dueSnapshot(
        of dataset: Dataset,
        clientID: String,
        known: DayCoverage?,
        retryingEarly: Bool
    ) -> [PlannedWindow] {
        if let known {
            guard known.fetchedAt == nil, isDue(today, known, retryingEarly: retryingEarly) else { return [] }
        }
        let window = Window(dataset: dataset, clientID: clientID, days: today..<today.advanced(by: 1))
        return [PlannedWindow(window: window, priority: .daily)]
    }

    private func day(containing instant: Date) -> Day {
        settling.calendar.day(containing: instant)
    }

    // MARK: - Days to windows

    /// The wanted days as windows, newest first, each as long as the dataset allows and within one month.
    private func windows(
        of dataset: Dataset,
        _ clientID: String,
        days: Range<Day>,
        dailyFrom: Day,
        where isWanted: (Day) -> Bool
    ) -> [PlannedWindow] {
        var planned: [PlannedWindow] = []
        var end = days.upperBound
        while end > days.lowerBound {
            let earliest = max(
                days.lowerBound, end.advanced(by: -1).month.days.lowerBound, end.advanced(by: -dataset.longestWindow))
            var start = end
            while start > earliest, isWanted(start.advanced(by: -1)) { start = start.advanced(by: -1) }
            if start < end {
                let window = Window(dataset: dataset, clientID: clientID, days: start..<end)
                planned.append(PlannedWindow(window: window, priority: end > dailyFrom ? .daily : .backfill))
                end = start
            } else {
                end = end.advanced(by: -1)
            }
        }
        return planned
    }
}
