import UsageDomain
import Warehouse

/// Compares a simple search with the organization query of the same day, which counts the same requests: a page that is
/// silently missing from a chain shows in nothing else.
///
/// The stored organization query is asked first and costs no request. Where it differs, the API is asked for the totals
/// as they are now, since either of the two may have been restated since it was read. So it is where none is stored
/// although rows had to be summed, or although the source is asked for one: that may come later, when nobody compares.
struct SearchProof: Sendable {
    let work: WindowWork
    let adapter: any APIUsageAdapter
    /// Of questions about the answer.
    let recorder: ExecutionRecorder

    private var isOrganizationQueried: Bool {
        work.source.configured.registration.datasets.contains { $0.dataset == .organizationQuery }
    }

    func examine(_ answer: SpooledAnswer, _ report: FetchReport, of window: Window) async throws -> Verdict {
        let read = answer.totalsByClientName
        let stored = try await work.patiently {
            try await work.warehouse.totalsByClientName(
                of: .organizationQuery, day: window.firstDay, organization: work.source.organization)
        }
        if let stored {
            if stored == read { return Verdict(.complete) }
        } else if report.sharedNames.isEmpty, !isOrganizationQueried {
            return Verdict(.complete)
        }
        let current: UsageTotals
        do {
            current = try await adapter.fetchTotals(window, recorder: recorder)
        } catch let failure as any FetchFailure {
            return Verdict(
                .doubtful("the rows could not be compared with the organization query's totals: \(failure)"),
                requests: failure.requests)
        }
        let difference = TotalsDifference(read, current.byClientName)
        guard !difference.isEmpty else { return Verdict(.complete, from: current) }
        return Verdict(
            .doubtful("the rows differ from the organization query of the day: \(difference)"), from: current)
    }
}

extension UsageTotals {
    /// Sums by the name of the OAuth client; several clients may share one.
    var byClientName: [String: CounterSums] {
        var sums: [String: CounterSums] = [:]
        for share in shares { sums[share.name, default: CounterSums()] += share.counts }
        return sums
    }
}
