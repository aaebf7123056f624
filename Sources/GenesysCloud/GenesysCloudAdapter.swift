import Transport
package import UsageDomain

/// Genesys Cloud as the loader sees it: each dataset is one question to the source.
package struct GenesysCloudAdapter: APIUsageAdapter {
    private let source: GenesysCloudSource
    private let byUser: Bool
    private let summaryDays: Int

    /// - Parameters:
    ///   - source: the account that is asked.
    ///   - byUser: whether organization datasets are also grouped by user.
    ///   - summaryDays: how many days back a client summary reaches.
    package init(_ source: GenesysCloudSource, byUser: Bool, summaryDays: Int = 7) {
        self.source = source
        self.byUser = byUser
        self.summaryDays = summaryDays
    }

    package var budget: (any SourceBudget)? { source.exchange.budget }

    package var silence: Duration {
        get async { await source.exchange.silence }
    }

    package func give(_ leave: RequestLeave) {
        switch leave {
        case .granted(let end): source.exchange.gate.open(until: end)
        case .withheld: source.exchange.gate.close()
        case .refused: source.exchange.gate.refuse()
        }
    }

    package func organization() async throws -> Organization {
        try await source.organization()
    }

    package func oauthClients() async throws -> [OAuthClient] {
        try await source.oauthClients()
    }

    package func limits() async throws -> [APILimit] {
        try await source.limits()
    }

    package func keep(to limits: [APILimit]) async {
        await source.exchange.budget.state(allowance: GenesysCloudSource.allowance(in: limits))
    }

    package func fetch(
        _ window: Window,
        expectedRows: Int64?,
        into sink: any UsageRowSink,
        recorder: ExecutionRecorder
    ) async throws -> FetchReport {
        switch window.dataset {
        case .organizationQuery:
            try await source.fetch(OrganizationQuery(window, byUser: byUser), into: sink, recorder: recorder)
        case .clientQuery:
            try await source.fetch(ClientQuery(window), into: sink, recorder: recorder)
        case .organizationJobs:
            try await source.fetch(OrganizationJob(window, byUser: byUser), into: sink, recorder: recorder)
        case .clientJobs:
            try await source.fetch(ClientJob(window), into: sink, recorder: recorder)
        case .simplesearch:
            try await source.fetchSimpleSearch(window, expectedRows: expectedRows, into: sink, recorder: recorder)
        case .clientSummary, .channelUsage:
            preconditionFailure("\(window.dataset.rawValue) is not read from Genesys Cloud as rows")
        }
    }

    package func fetchSummary(
        _ window: Window,
        recorder: ExecutionRecorder
    ) async throws -> (ClientSummary, FetchReport) {
        try await source.fetchSummary(window, days: summaryDays, recorder: recorder)
    }

    package func fetchTotals(_ window: Window, recorder: ExecutionRecorder) async throws -> UsageTotals {
        try await source.fetchTotals(window, recorder: recorder)
    }
}
