/// What a window's rows must add up to, asked for by a query of its own.
package struct UsageTotals: Sendable, Equatable {
    /// The requests of one OAuth client, or of one calling organization where the window is of one client.
    package struct Share: Sendable, Equatable {
        /// Of the OAuth client, or of the calling organization; `""` for requests of none.
        package let id: String
        /// Its name as the answer states it, `""` when it states none.
        package let name: String
        package let counts: UsageCounts

        package init(id: String, name: String, counts: UsageCounts) {
            self.id = id
            self.name = name
            self.counts = counts
        }
    }

    /// Each id once.
    package let shares: [Share]
    /// The submission whose answer they are.
    package let submission: SubmissionID
    /// HTTP requests sent.
    package let requests: Int

    package init(shares: [Share], submission: SubmissionID, requests: Int) {
        self.shares = shares
        self.submission = submission
        self.requests = requests
    }
}
