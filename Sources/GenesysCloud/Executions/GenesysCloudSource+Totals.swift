import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// Asks for the totals of a window, to compare with its rows when these may have been cut off: by OAuth client, or
    /// by calling organization where the window is of one client.
    ///
    /// The answer has one row for each of them, so it stays far below any cap.
    ///
    /// - Parameters:
    ///   - window: of a dataset whose rows have totals.
    ///   - recorder: is told of each submission, as those of the window's dataset.
    /// - Returns: the totals.
    /// - Throws: `GenesysCloudError`; `CancellationError`; what `recorder` throws.
    package func fetchTotals(_ window: Window, recorder: ExecutionRecorder) async throws -> UsageTotals {
        switch window.dataset {
        // A simple search has no totals of its own; what it finds must add up to those of the organization query.
        case .organizationQuery, .simplesearch: try await totals(OrganizationTotals(window), recorder)
        case .clientQuery: try await totals(ClientTotals(window), recorder)
        case .organizationJobs: try await totals(OrganizationJobTotals(window), recorder)
        case .clientJobs: try await totals(ClientJobTotals(window), recorder)
        case .clientSummary, .channelUsage: preconditionFailure("\(window.dataset.rawValue) has no totals")
        }
    }

    private func totals(
        _ question: some Question<UsageRow>,
        _ recorder: ExecutionRecorder
    ) async throws -> UsageTotals {
        let shares = ShareList(byCallingOrganization: question.window.dataset.isPerClient)
        let report = try await fetch(question, into: shares, recorder: recorder)
        return UsageTotals(
            shares: Array(shares.shares.values), submission: report.submission, requests: report.requests)
    }
}

/// Takes rows that are totals, each of another id.
private final class ShareList: UsageRowSink {
    private(set) var shares: [String: UsageTotals.Share] = [:]
    private let isByCallingOrganization: Bool

    init(byCallingOrganization: Bool) {
        isByCallingOrganization = byCallingOrganization
    }

    func restart() {
        shares = [:]
    }

    func append(_ row: UsageRow) throws {
        let identity = row.identity
        let id = isByCallingOrganization ? identity.callingOrganizationID : identity.clientID
        let name = isByCallingOrganization ? "" : row.clientName
        let share = UsageTotals.Share(id: id, name: name, counts: row.counts)
        guard shares.updateValue(share, forKey: id) == nil else {
            throw AnswerProblem(text: "two totals are of the same id, \(id.quotable(limit: 100))")
        }
    }

    func keep() {}
}
