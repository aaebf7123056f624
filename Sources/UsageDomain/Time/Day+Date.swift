package import FoundationEssentials

extension Day {
    /// The UTC day an instant falls into.
    package init(containing instant: Date) {
        self.init(daysSinceEpoch: Int((instant.timeIntervalSince1970 / 86_400).rounded(.down)))
    }

    /// The first instant of the day, 00:00 UTC.
    package var start: Date {
        Date(timeIntervalSince1970: Double(daysSinceEpoch) * 86_400)
    }

    /// The first instant after the day: 00:00 UTC of the next one.
    package var end: Date {
        advanced(by: 1).start
    }
}
