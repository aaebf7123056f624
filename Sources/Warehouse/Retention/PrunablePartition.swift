package import UsageDomain

/// A table of days that retention gives up.
package struct PrunablePartition: Sendable, Equatable {
    package let subject: RetentionSubject
    /// In schema `ingest`.
    package let name: String
    /// In schema `ingest`, too.
    let parent: String
    /// The days that it holds.
    package let days: Range<Day>
    /// Counted, not estimated.
    package let rows: Int64
    /// With its indexes.
    package let bytes: Int64
}
