import ServiceLifecycle
import UsageDomain
import Warehouse

/// Asks once for each closed month as a whole and compares it with the sum of its days: a vendor that cuts days
/// otherwise than we do shows nowhere else.
struct MonthCheck: Sendable {
    let pass: Pass
    let run: RunID
    let source: PreparedSource
    let adapter: any ChannelUsageAdapter

    /// - Returns: HTTP requests sent.
    /// - Throws: `PostgresError`, `CancellationError`. What the vendor refuses is tried again by the next pass.
    func perform() async throws -> Int {
        var requests = 0
        let months = try await pass.patiently {
            try await pass.warehouse.channelMonthsToCheck(
                of: source.organization, timeZone: source.calendar.timeZone)
        }
        let calendar = try await calendar(of: months)
        for month in months where !Task.isShuttingDownGracefully {
            let days = month.days
            let instants = calendar.start(of: days.lowerBound)..<calendar.start(of: days.upperBound)
            do {
                let (usage, sent) = try await cancelWhenGracefulShutdown {
                    try await adapter.channelUsage(in: instants)
                }
                requests += sent
                let differences = try await pass.patiently {
                    try await pass.warehouse.storeChannelMonth(
                        month, stated: usage, organization: source.organization, timeZone: source.calendar.timeZone,
                        run: run,
                        now: pass.settings.now())
                }
                // Nil when a day of the month was changed or lost meanwhile: then there is nothing to compare with.
                guard let differences else { continue }
                pass.onEvent(.monthChecked(source: source.name, month: month, differences: differences))
            } catch let failure as any FetchFailure {
                pass.onEvent(.monthCheckFailed(source: source.name, month: month, reason: failure.description))
                requests += failure.requests
                // What is wrong with one month need not be with another; what is wrong with the source is.
                guard failure.kind == .badAnswer || failure.kind == .refused else { return requests }
            }
        }
        return requests
    }

    /// The source's calendar for whole months, which may begin before the days that this pass reads.
    private func calendar(of months: [Month]) async throws -> DayCalendar {
        guard let first = months.map(\.days.lowerBound).min(), let last = months.map(\.days.upperBound).max() else {
            return source.calendar
        }
        return try await pass.patiently {
            try await pass.warehouse.calendar(of: source.calendar.timeZone, from: first, through: last)
        } ?? source.calendar
    }
}
