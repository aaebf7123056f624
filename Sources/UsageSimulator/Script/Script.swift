/// How the simulator behaves: the knobs for what the contract leaves open, and a list of faults.
///
/// What the contract's section 10 does not know is a setting here; ``unknowns`` lists each with its name and settings.
package struct Script: Sendable {
    /// Tried in order; of several that match one request, the first is played. All that match count the request.
    package var faults: [Fault]
    /// Faults by chance, for requests that none of ``faults`` hits.
    package var randomFaults: RandomFaults?

    // MARK: Executions

    package var submitStatus = SubmitStatus.alternating
    /// How often an execution answers `Running` before anything else.
    package var runningPolls = 1
    /// How often a job answers `Queued` before it is running.
    package var queuedPolls = 0
    /// An execution is not complete before this time has passed on the simulator's clock.
    package var runningTime = Duration.zero
    /// After this time a read of an execution is late; see ``lateReads``.
    package var executionLifetime = Duration.seconds(3_600)
    package var lateReads = LateReads.notFound
    package var readers = Readers.everybody
    package var concurrency = Concurrency.unlimited
    /// How many executions may run at a time where ``concurrency`` limits them.
    package var concurrentExecutions = 3
    /// Puts `queryStatus` in front of the rows; the real answer has it behind them.
    package var statusComesFirst = false

    // MARK: Intervals and rows

    package var midnightEndIncludesDay = true
    package var zonelessTimes = ZonelessTimes.utc
    package var weekStart = World.WeekStart.monday
    package var retention = Retention.unlimited
    /// How many days before today the older family keeps where ``retention`` limits it.
    package var retentionDays = 365
    package var enumerationsAreCaseSensitive = true
    package var unselectedMetrics = UnselectedMetrics.zero
    package var ungroupedIDs = UngroupedIDs.empty
    /// Time from the end of a UTC day until its rows are published. Today is never published.
    package var publishLag = Duration.zero

    // MARK: Client queries and summaries

    package var unlistedClients = UnlistedClients.answered
    package var summaryDays = SummaryDays.unlimited
    /// The most days of a summary where ``summaryDays`` limits them.
    package var summaryDaysMaximum = 90
    package var summaryRows = SummaryRows.dated

    // MARK: Simple searches

    package var rowLimitBehavior = RowLimitBehavior.cut
    /// How many rows a simple search is said to be limited to.
    package var rowLimit = 20_000
    /// The page size of a simple search that asks for none.
    package var searchPageSize = 100
    /// For jobs, too.
    package var cursorForm = CursorForm.base64
    package var endOfCursors = EndOfCursors.absent
    package var runningPages = RunningPages.bare
    package var searchClientIDs = SearchClientIDs.empty
    package var searchRequests = SearchRequests.absent

    // MARK: Jobs

    package var jobsInterval = JobsInterval.badRequest
    package var jobsStatus = JobsStatus.accepted
    package var failedJobs = FailedJobs.explained
    package var platformNames = PlatformNames.words
    package var sortFields = SortFields.any

    // MARK: Access

    /// Pages the listing of OAuth clients with `nextUri`; the real one has no pages.
    package var clientsPageSize: Int?
    /// Requests a minute and token before 429.
    package var requestsAMinute = 300
    /// A token expires so long after it was issued.
    package var tokenLifetime = Duration.seconds(86_400)
    package var tokenLimit = TokenLimit.unlimited
    /// How many tokens a client gets in a minute, or may hold at a time, where ``tokenLimit`` limits them.
    package var tokenMaximum = 2

    // MARK: Time

    /// How far the clock by which answers are dated is ahead of the simulator's; below zero behind it.
    package var clockError = Duration.zero

    package init(faults: [Fault] = []) {
        self.faults = faults
    }
}
