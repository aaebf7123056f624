package import FoundationEssentials

/// What `usaged status` shows, as the database knows it.
package struct StatusReport: Sendable, Codable {
    /// One source and dataset.
    package struct Freshness: Sendable, Codable {
        package let source: String
        package let dataset: String
        /// `yyyy-MM-dd`; nil when no day is stored.
        package let newestDay: String?
        package let daysBehind: Int
        /// Owed days that are not stored, failed ones included.
        package let gaps: Int
        package let failedDays: Int
        package let provisionalDays: Int
        package let lastFetchedAt: Date?
        package let nextAttemptAt: Date?
        /// Why the source as a whole could not work; empty when it could.
        package let lastError: String
    }

    /// A range of consecutive days that share a state and a reason.
    package struct Problem: Sendable, Codable {
        package let source: String
        package let dataset: String
        package let firstDay: String
        package let lastDay: String
        package let state: String
        package let reason: String
    }

    package struct Run: Sendable, Codable {
        package let runID: Int64
        package let kind: String
        package let beganAt: Date
        package let finishedAt: Date?
        /// Empty while it runs, or when its process was killed.
        package let outcome: String
        package let windowsPlanned: Int
        package let windowsStored: Int
        package let windowsFailed: Int
        package let rowsInserted: Int64
        package let rowsUpdated: Int64
        package let rowsDeleted: Int64
        package let requests: Int64
    }

    package let freshness: [Freshness]
    /// Gaps, failures and doubts, newest first; at most 20.
    package let problems: [Problem]
    /// Newest first; at most 5.
    package let runs: [Run]
}
