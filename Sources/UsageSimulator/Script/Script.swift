/// How the simulator behaves: the knobs for what the contract leaves open, and a list of faults.
package struct Script: Sendable {
    /// What a submit is answered with; both statuses carry the same body.
    package enum SubmitStatus: Sendable {
        case ok, accepted, alternating
    }

    /// How counters look that a query did not select; the contract does not know.
    package enum UnselectedMetrics: Sendable {
        case zero, absent
    }

    /// Tried in order; of several that match one request, the first is played. All that match count the request.
    package var faults: [Fault]
    package var submitStatus = SubmitStatus.alternating
    /// How often an execution answers `Running` before anything else.
    package var runningPolls = 1
    /// An execution is not complete before this time has passed on the simulator's clock.
    package var runningTime = Duration.zero
    /// After this time an execution is unknown: 404.
    package var executionLifetime = Duration.seconds(3_600)
    package var unselectedMetrics = UnselectedMetrics.zero
    package var midnightEndIncludesDay = true
    package var enumerationsAreCaseSensitive = true
    /// Puts `queryStatus` in front of the rows; the real answer has it behind them.
    package var statusComesFirst = false
    /// Pages the listing of OAuth clients with `nextUri`; the real one has no pages.
    package var clientsPageSize: Int?
    /// Time from the end of a UTC day until its rows are published. Today is never published.
    package var publishLag = Duration.zero
    /// Requests a minute and token before 429.
    package var requestsAMinute = 300
    /// A token expires so long after it was issued.
    package var tokenLifetime = Duration.seconds(86_400)

    package init(faults: [Fault] = []) {
        self.faults = faults
    }
}
