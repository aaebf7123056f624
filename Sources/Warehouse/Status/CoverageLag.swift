package import FoundationEssentials
package import UsageDomain

/// How far a dataset of a source is, so that what it lacks can be told later from memory alone.
package struct CoverageLag: Sendable, Equatable {
    /// A day, in seconds; a local day of a clock change is an hour longer or shorter.
    package static let day: TimeInterval = 86_400

    package let dataset: Dataset
    /// When the newest stored day ended or, while none is stored, the first owed one began; nil when neither is there.
    package let coveredUntil: Date?
    /// When the oldest day began that was owed and not stored; nil when none was missing.
    package let oldestUncoveredDay: Date?
    /// Owed days, or days of OAuth clients, that were not stored.
    package let uncoveredDays: Int

    package init(dataset: Dataset, coveredUntil: Date?, oldestUncoveredDay: Date?, uncoveredDays: Int) {
        self.dataset = dataset
        self.coveredUntil = coveredUntil
        self.oldestUncoveredDay = oldestUncoveredDay
        self.uncoveredDays = uncoveredDays
    }

    /// How long ago the newest stored day ended, in seconds; nil when there is nothing to lag behind.
    package func time(at now: Date) -> TimeInterval? {
        coveredUntil.map { max(now.timeIntervalSince($0), 0) }
    }

    /// When the oldest day began that is over, owed and not stored; nil when none is missing.
    ///
    /// When none was missing, the one after the newest stored day will be as soon as it is over.
    package func oldestUncoveredDay(at now: Date) -> Date? {
        if let oldestUncoveredDay { return oldestUncoveredDay }
        guard dataset.shape != .snapshot, let coveredUntil, now.timeIntervalSince(coveredUntil) >= Self.day else {
            return nil
        }
        return coveredUntil
    }
}
