/// What a window's rows must add up to, asked for by a query of its own.
package struct UsageTotals: Sendable, Equatable {
    /// By the id of the OAuth client; `""` for requests of none.
    package let byClientID: [String: UsageCounts]
    /// HTTP requests sent.
    package let requests: Int

    package init(byClientID: [String: UsageCounts], requests: Int) {
        self.byClientID = byClientID
        self.requests = requests
    }
}
