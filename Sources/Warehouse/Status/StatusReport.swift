package import FoundationEssentials

/// What `usaged status` shows, as the database knows it.
package struct StatusReport: Sendable, Codable {
    /// Of the shape of the report as JSON; a field that is added does not raise it.
    package static let schemaVersion = 1

    /// A configured source.
    package struct Source: Sendable, Codable {
        package let name: String
        /// `genesys`, `infodeck`
        package let kind: String
        /// Empty until the source has authenticated once, as is the name.
        package let organizationID: String
        package let organizationName: String
        /// Until when the vendor asked for silence; nil when it does not.
        package let restingUntil: Date?
        /// Requests a minute that the vendor was last seen to allow; nil when unknown.
        package let allowance: Int?
        /// HTTP requests sent on the current UTC day, all attempts counted, and how many of them were answered with 429.
        package let requestsToday: Int
        package let throttledToday: Int
        /// Whether a process works on it now.
        package let isWorkedOn: Bool
        /// Why the source as a whole could not work; empty when it could.
        package let lastError: String
    }

    /// The newest owed days of a source and dataset.
    package struct CoverageStrip: Sendable, Codable {
        package let source: String
        package let dataset: String
        /// `yyyy-MM-dd`
        package let firstDay: String
        package let lastDay: String
        /// A letter a day: C covered, P provisional, F failed, G gap, U unavailable.
        package let states: String
    }

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
        /// OAuth clients asked about; nil where the dataset is not asked per client. Where it is, days are client-days.
        package let clients: Int?
        /// Those of them whose newest day is unavailable.
        package let unavailableClients: Int?
        /// Days that the API will never give.
        package let unavailableDays: Int
    }

    /// Consecutive days that share a state and a reason; or, when several OAuth clients share both, all days of all of
    /// them.
    package struct Problem: Sendable, Codable {
        package let source: String
        package let dataset: String
        package let firstDay: String
        package let lastDay: String
        package let state: String
        package let reason: String
        /// Name of the OAuth client, or its id when no name is known; empty when there is none or several.
        package let client: String
        /// How many OAuth clients; 0 where the dataset is not asked per client.
        package let clients: Int
        /// How many days, or client-days, between the first and the last one.
        package let days: Int
    }

    /// A closed month whose days do not add up to what the API states of the whole. Numbers are exact decimals.
    package struct MonthDifference: Sendable, Codable {
        package let source: String
        /// `yyyy-MM`
        package let month: String
        package let channel: String
        package let statedUnits: String
        package let summedUnits: String
        /// Stated minus summed.
        package let difference: String
    }

    /// Two datasets that ought to agree, compared over the newest days.
    package struct Reconciliation: Sendable, Codable {
        package let source: String
        /// As in `usage.reconciliation`: `organization_query/client_query`.
        package let comparison: String
        package let comparedDays: Int
        /// OAuth clients and days that differ in a way that nothing the vendor says explains.
        package let unexpectedDifferences: Int
        /// How many of them lie on days that may still change.
        package let provisionalDifferences: Int
        /// `yyyy-MM-dd`; nil when nothing differs.
        package let newestDifference: String?
    }

    /// The latest of the late changes of a source and dataset: what says that the lookback is too short.
    package struct Lateness: Sendable, Codable {
        package let source: String
        package let dataset: String
        /// `yyyy-MM-dd`
        package let day: String
        /// How many days after its date the change was found.
        package let changedAfter: Int
        /// How many days after its date it was last seen as it had been.
        package let unchangedAfter: Int
        /// How many days after its date a day is read again each day.
        package let watchedDays: Int
        /// How many of the newest hundred days changed later than that.
        package let lateDays: Int
    }

    /// Days that were dropped on purpose.
    package struct Retention: Sendable, Codable {
        /// `facts` or `rollups`
        package let subject: String
        /// `yyyy-MM-dd`: what lies before it is neither there nor owed.
        package let firstKeptDay: String
        package let decidedAt: Date
        /// Partitions before it that are still to be dropped, since a `usaged prune` was interrupted.
        package let waitingPartitions: Int
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
        /// Days that changed after the lookback had read them for the last time.
        package let lateDays: Int
        /// Executions of an earlier process or attempt that were polled instead of being submitted again.
        package let executionsResumed: Int64
        /// Executions that the API had forgotten.
        package let executionsLost: Int64
        /// Submissions sent again although the first one may have been accepted.
        package let doubtfulRepeats: Int64
    }

    /// A source, or a part of it, that keeps failing and is left alone by the schedule.
    package struct BackingOff: Sendable, Codable {
        package let source: String
        /// A dataset, `oauth_clients` (their listing) or `limits`; empty for the source as a whole.
        package let subject: String
        /// The OAuth client for which alone the dataset is left; empty for the whole of it.
        package let client: String
        /// In a row.
        package let failures: Int
        package let reason: String
        package let nextAttemptAt: Date
    }

    /// ``schemaVersion``
    package let version: Int
    package let readAt: Date
    /// By name.
    package let sources: [Source]
    /// HTTP requests sent by all runs that began in the last 24 hours.
    package let requestsOfLastDay: Int
    package let coverage: [CoverageStrip]
    package let freshness: [Freshness]
    /// Gaps, failures and doubts, newest first; at most 20.
    package let problems: [Problem]
    /// How many more there are.
    package let hiddenProblems: Int
    /// Newest first; at most 20.
    package let monthDifferences: [MonthDifference]
    /// The next to be tried first; at most 20.
    package let backingOff: [BackingOff]
    /// Of the last 35 days: one for each comparison of which any day could be compared.
    package let reconciliations: [Reconciliation]
    /// Of the newest hundred days; empty when the lookback finds every change in time.
    package let lateness: [Lateness]
    /// By subject; empty when nothing was dropped.
    package let retention: [Retention]
    /// Newest first; at most 5.
    package let runs: [Run]
}
