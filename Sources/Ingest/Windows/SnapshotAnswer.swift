import ServiceLifecycle
import UsageDomain
import Warehouse

/// A window whose answer is a snapshot of one OAuth client as of now.
struct SnapshotAnswer: Sendable {
    let work: WindowWork
    let adapter: any APIUsageAdapter

    func fetchAndStore(_ planned: Window, _ cost: WindowWork.Cost) async throws -> WindowWork.Settlement {
        // It is relative to the moment of asking: when a pass goes on over midnight, it is the snapshot of the new day.
        let today = Day(containing: work.settings.now())
        let window = Window(
            dataset: planned.dataset, clientID: planned.clientID, days: today..<today.advanced(by: 1))
        let (summary, report) = try await cancelWhenGracefulShutdown {
            try await adapter.fetchSummary(window, recorder: work.recorder)
        }
        cost.requests += report.requests
        return try await work.store(window, report, doubt: report.doubt) {
            try await work.warehouse.store(summary, of: work.context(of: window, report, doubt: report.doubt))
        }
    }
}
