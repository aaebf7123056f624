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

    package var summary: RunSummary
    package var sourceFailures: [SourceFailure]
    /// How many sources were asked to work.
    package var sources: Int

    /// Whether the pass was interrupted before all windows were tried.
    package var isCancelled: Bool { summary.outcome == .cancelled }
    /// Whether every planned window of every source was stored.
    package var isComplete: Bool { summary.outcome == .complete && sourceFailures.isEmpty }
}
