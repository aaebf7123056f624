import UsageDomain

extension GenesysCloudSource {
    /// Fetches every row of a day by simple searches: by one, or by as many as it takes to stay below their cap.
    ///
    /// Rows are handed over search by search, each when its pages make a whole. They count only when this returns.
    ///
    /// A day that was searched in parts is compared with its organization query: a difference is the report's doubt.
    ///
    /// - Parameters:
    ///   - window: one day.
    ///   - expectedRows: how many rows the day probably has; nil when nothing is known.
    ///   - limits: the sizes to plan by.
    ///   - sink: takes the rows.
    ///   - recorder: is told of each submission. An execution that was read to its end, and whose rows are handed over,
    ///     is `.complete`; one that reached the cap is `.abandoned` after that, since nothing of it is used.
    /// - Returns: what was fetched. Its submission is the first one whose rows are among those handed over, since others
    ///   may have been submitted after a change of the day that these do not show.
    /// - Throws: `GenesysCloudError`; `CancellationError`; what `sink` and `recorder` throw. Executions that were
    ///   read stay open then, so that the next attempt does not submit them again.
    func fetchSimpleSearch(
        _ window: Window,
        expectedRows: Int64?,
        limits: SearchLimits = SearchLimits(),
        into sink: some UsageRowSink,
        recorder: ExecutionRecorder
    ) async throws -> FetchReport {
        var search = DaySearch(source: self, window: window, limits: limits, sink: sink, recorder: recorder)
        return try await search.fetch(expectedRows: expectedRows)
    }
}
