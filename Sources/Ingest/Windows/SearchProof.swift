import UsageDomain
import Warehouse

/// Compares a simple search with the organization query of the same day, which counts the same requests: a page that is
/// silently missing from a chain shows in nothing else.
///
/// The stored organization query is asked first and costs no request. Where it differs, or is not there although rows
/// had to be summed, the API is asked for the totals as they are now, since either of the two may have been restated
/// since it was read.
struct SearchProof: Sendable {
    let work: WindowWork
    let adapter: any APIUsageAdapter

    func examine(_ answer: SpooledAnswer, _ report: FetchReport, of window: Window) async throws -> Verdict {
        let read = answer.totalsByClientName
        let stored = try await work.patiently {
            try await work.warehouse.totalsByClientName(
                of: .organizationQuery, day: window.firstDay, organization: work.source.organization)
        }
        if let stored {
            if stored == read { return Verdict(.complete) }
        } else if report.sharedNames.isEmpty {
            return Verdict(.complete)
        }
        let current: UsageTotals
        do {
            current = try await adapter.fetchTotals(Window(dataset: .organizationQuery, days: window.days))
        } catch let failure as any FetchFailure {
            return Verdict(
                .doubtful("the rows could not be compared with the organization query's totals: \(failure)"),
                requests: failure.requests)
        }
        let difference = TotalsDifference(read, current.byClientName)
        guard !difference.isEmpty else { return Verdict(.complete, requests: current.requests) }
        return Verdict(
            .doubtful("the rows differ from the organization query of the day: \(difference)"),
            requests: current.requests)
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
