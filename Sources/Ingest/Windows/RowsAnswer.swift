import ServiceLifecycle
import UsageDomain
import Warehouse

/// A window whose answer is usage rows: fetched into a spool, proven whole, then stored.
struct RowsAnswer: Sendable {
    let work: WindowWork
    let adapter: any APIUsageAdapter

    /// A whole answer and what is known of it.
    private struct Fetched: Sendable {
        let answer: SpooledAnswer
        let report: FetchReport
        let verdict: Verdict
    }

    func fetchAndStore(_ window: Window, _ cost: WindowWork.Cost) async throws -> WindowWork.Settlement {
        let fetched = try await cancelWhenGracefulShutdown { try await fetch(window) }
        var report = fetched.report
        cost.requests += report.requests + fetched.verdict.requests
        let doubt: String?
        switch fetched.verdict.conclusion {
        case .complete: doubt = report.doubt
        case .doubtful(let reason): doubt = reason
        case .cut(let parts, let reason):
            try await work.end(report, .abandoned)
            try await work.end(fetched.verdict.submissions, .complete)
            return .cut(parts, reason: reason)
        }
        report.parts += fetched.verdict.submissions
        return try await work.store(window, report, doubt: doubt) { [report] in
            try await work.warehouse.store(fetched.answer, replacing: work.context(of: window, report, doubt: doubt))
        }
    }

    private func fetch(_ window: Window) async throws -> Fetched {
        let spool = UsageSpool(directory: work.settings.spoolDirectory)
        let report = try await adapter.fetch(
            window, expectedRows: try await expectedRows(of: window), into: spool, recorder: work.recorder)
        let answer = spool.finish()
        return Fetched(answer: answer, report: report, verdict: try await examine(answer, report, of: window))
    }

    /// A simple search is cut at a known number of rows: the warehouse remembers how many to expect.
    private func expectedRows(of window: Window) async throws -> Int64? {
        guard window.dataset == .simplesearch else { return nil }
        return try await work.patiently {
            try await work.warehouse.expectedRows(of: window.firstDay, organization: work.source.organization)
        }
    }

    private func examine(_ answer: SpooledAnswer, _ report: FetchReport, of window: Window) async throws -> Verdict {
        // What the adapter itself doubts, or has proven, needs no further question.
        guard report.doubt == nil, !report.isProvenByTotals else { return Verdict(.complete) }
        let recorder = work.recorder(of: report)
        if window.dataset == .simplesearch {
            return try await SearchProof(work: work, adapter: adapter, recorder: recorder)
                .examine(answer, report, of: window)
        }
        if report.mayLackPages {
            return try await PageProof(adapter: adapter, recorder: recorder).examine(answer, of: window)
        }
        return try await CapProof(work: work, adapter: adapter, recorder: recorder).examine(answer, of: window)
    }
}
