import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// Asks for the totals of a window, to compare with its rows when these may have been cut off: by OAuth client, or
    /// by calling organization where the window is of one client.
    ///
    /// The answer has one row for each of them, so it stays far below any cap. Its execution is not recorded.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    package func fetchTotals(_ window: Window) async throws -> UsageTotals {
        switch window.dataset {
        // A simple search has no totals of its own; what it finds must add up to those of the organization query.
        case .organizationQuery, .simplesearch: try await totals(OrganizationTotals(window))
        case .clientQuery: try await totals(ClientTotals(window))
        case .organizationJobs: try await totals(OrganizationJobTotals(window))
        case .clientJobs: try await totals(ClientJobTotals(window))
        case .clientSummary, .channelUsage: preconditionFailure("\(window.dataset.rawValue) has no totals")
        }
    }

    private func totals(_ question: some Question<UsageRow>) async throws -> UsageTotals {
        let shares = ShareList(byCallingOrganization: question.window.dataset.isPerClient)
        let report = try await fetch(question, into: shares, recorder: .forgetful)
        return UsageTotals(shares: Array(shares.shares.values), requests: report.requests)
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

extension ExecutionRecorder {
    /// Keeps nothing: for queries that are cheaper asked again than remembered.
    fileprivate static let forgetful = ExecutionRecorder(
        open: { _ in nil },
        intend: { _ in SubmissionID(rawValue: 0) },
        accepted: { _, _ in },
        ended: { _, _ in }
    )
}
