import FoundationEssentials
import ServiceLifecycle
import UsageDomain
import Warehouse

/// A window whose answer is the units of each channel on one local day.
struct ChannelAnswer: Sendable {
    let work: WindowWork
    let adapter: any ChannelUsageAdapter

    func fetchAndStore(_ window: Window, _ cost: WindowWork.Cost) async throws -> WindowWork.Settlement {
        let calendar = work.source.calendar
        let instants = calendar.start(of: window.firstDay)..<calendar.end(of: window.lastDay)
        let recorder = work.recorder
        // One call has no execution that could be resumed, but it has its place in the order of submissions.
        let submission = try await recorder.intend(Query(window))
        let usage: ChannelUsage
        let requests: Int
        do {
            (usage, requests) = try await cancelWhenGracefulShutdown { try await units(in: instants) }
        } catch {
            try await recorder.ended(submission, .abandoned)
            throw error
        }
        cost.requests += requests
        let report = FetchReport(
            submission: submission, rows: Int64(Channel.allCases.count), requests: requests, unknownFields: [:])
        return try await work.store(window, report, doubt: nil) {
            try await work.warehouse.store(
                usage, of: work.context(of: window, report, doubt: nil), timeZone: calendar.timeZone)
        }
    }

    /// A date that a zone has skipped, by crossing the date line, has no time in which anything could have been used.
    private func units(in instants: Range<Date>) async throws -> (ChannelUsage, requests: Int) {
        guard !instants.isEmpty else { return (ChannelUsage(sms: 0, whatsapp: 0, email: 0, sage: 0), 0) }
        return try await adapter.channelUsage(in: instants)
    }
}
