import UsageDomain
import Warehouse

/// What a window amounted to: stored as it is, or as parts of it that were stored or failed.
struct WindowResult: Sendable {
    /// Why the whole source must stop for now.
    struct Stop: Sendable {
        let kind: FetchFailureKind
        let reason: String
    }

    /// Why windows could not be stored, although the source may go on.
    struct Obstacle: Sendable {
        let kind: FetchFailureKind
        let reason: String
    }

    /// An OAuth client that the API will not speak of.
    struct UnavailableClient: Sendable {
        /// The window that found out.
        let window: Window
        let reason: String

        /// Whether another window is of the same question to the same client.
        func covers(_ other: Window) -> Bool {
            other.dataset == window.dataset && other.clientID == window.clientID
        }
    }

    var stored = 0
    var failed = 0
    /// Windows that turned out to be owed no more: planned, neither stored nor failed.
    var unavailable = 0
    /// How many windows more than planned it became when it was read in parts.
    var added = 0
    var outcome = StoreOutcome()
    var rows: Int64 = 0
    var requests = 0
    /// See ``RunSummary/lateDays``.
    var lateDays = 0
    /// Nil while the source may go on.
    var stop: Stop?
    /// The latest of several; nil while nothing failed.
    var obstacle: Obstacle?
    /// Nil while the window's OAuth client may be asked on.
    var unavailableClient: UnavailableClient?
    /// Whether nothing became of it, because the vendor would not begin it while others run.
    var isDeferred = false

    static var deferred: WindowResult {
        var result = WindowResult()
        result.isDeferred = true
        return result
    }

    mutating func add(_ other: WindowResult) {
        stored += other.stored
        failed += other.failed
        unavailable += other.unavailable
        added += other.added
        outcome.inserted += other.outcome.inserted
        outcome.updated += other.outcome.updated
        outcome.deleted += other.outcome.deleted
        outcome.unchanged += other.outcome.unchanged
        rows += other.rows
        requests += other.requests
        lateDays += other.lateDays
        obstacle = other.obstacle ?? obstacle
        stop = stop ?? other.stop
        unavailableClient = unavailableClient ?? other.unavailableClient
    }
}
