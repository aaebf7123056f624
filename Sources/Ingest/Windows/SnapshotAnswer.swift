import ServiceLifecycle
import UsageDomain
import Warehouse

/// A window whose answer is a snapshot of one OAuth client as of now.
struct SnapshotAnswer: Sendable {
    let work: WindowWork
    let adapter: any APIUsageAdapter

    func fetchAndStore(_ window: Window, _ cost: WindowWork.Cost) async throws -> WindowWork.Settlement {
        let (summary, report) = try await cancelWhenGracefulShutdown {
            try await adapter.fetchSummary(window, recorder: work.recorder)
        }
        cost.requests += report.requests
        return try await work.store(window, report, doubt: report.doubt) {
            try await work.warehouse.store(summary, of: work.context(of: window, report, doubt: report.doubt))
        }
    }
}
