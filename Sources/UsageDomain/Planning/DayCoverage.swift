package import FoundationEssentials

/// What coverage says of one day, as far as planning needs it.
package struct DayCoverage: Equatable, Sendable {
    package var state: CoverageState
    /// When the stored answer was asked for; nil when nothing is stored.
    package var fetchedAt: Date?
    /// Before this moment a failed day is not tried again by a scheduled pass; nil when the last attempt succeeded.
    package var nextAttemptAt: Date?

    package init(state: CoverageState, fetchedAt: Date?, nextAttemptAt: Date? = nil) {
        self.state = state
        self.fetchedAt = fetchedAt
        self.nextAttemptAt = nextAttemptAt
    }
}
