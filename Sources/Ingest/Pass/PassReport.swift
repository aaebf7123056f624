package import UsageDomain
package import Warehouse

/// How a pass ended.
package struct PassReport: Sendable {
    /// A source that could not work at all.
    package struct SourceFailure: Sendable {
        package let source: String
        package let kind: FetchFailureKind
        package let reason: String
    }

    /// A dataset that is asked for each OAuth client, of which the API will not speak of a single one, or lists none: a
    /// permission is missing rather than every client gone.
    package struct RefusedDataset: Sendable {
        package let source: String
        package let dataset: Dataset
        /// Of the last client, or of the listing.
        package let reason: String
    }

    package var summary: RunSummary
    package var sourceFailures: [SourceFailure]
    package var refusedDatasets: [RefusedDataset] = []
    /// How many sources were asked to work.
    package var sources: Int
    /// Whether windows were left to the next pass, for others wanted the source or new days became due.
    package var isLeft = false

    /// Whether the pass was interrupted before all windows were tried.
    package var isCancelled: Bool { summary.outcome == .cancelled }
    /// Whether every planned window of every source was stored, and no dataset refused as a whole.
    package var isComplete: Bool {
        summary.outcome == .complete && sourceFailures.isEmpty && refusedDatasets.isEmpty
    }
}
