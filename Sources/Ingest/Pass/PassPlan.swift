package import UsageDomain

/// What a pass would do, for `--plan`. Nothing is sent to find out.
package struct PassPlan: Sendable {
    /// One window of one source.
    package struct Item: Sendable {
        package let source: String
        package let window: Window
    }

    /// In the order of work.
    package let items: [Item]
    /// Estimated HTTP requests.
    package let requests: Int
    /// Estimated duration.
    package let duration: Duration
    /// Sources that never authenticated: their coverage is unknown, so all their days count as lacking.
    package let unknownSources: [String]
    /// Datasets that are asked per OAuth client, of sources whose clients nobody has listed yet: they have no items.
    package let unlistedDatasets: [(source: String, dataset: Dataset)]
    /// Days that were asked for and that retention gave up: they are left out.
    package let givenUp: Range<Day>?
}
