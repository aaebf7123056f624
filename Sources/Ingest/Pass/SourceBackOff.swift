import UsageDomain
import Warehouse

/// Leaves a source alone that cannot work as a whole: twice as long with each failure in a row.
struct SourceBackOff: Sendable {
    let pass: Pass
    let source: String

    /// Why and until when the schedule leaves the source alone; nil when it need not. What failed before this process
    /// began does not count: whoever restarts a daemon has mended something.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func rest() async throws -> BackOff? {
        let rest = try await pass.patiently {
            try await pass.warehouse.backOff(ofSource: source, failedSince: pass.madeAt)
        }
        return rest.flatMap { $0.nextAttemptAt > pass.settings.now() ? $0 : nil }
    }

    /// Writes down that the source as a whole could not work.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func note(_ kind: FetchFailureKind, because reason: String) async throws {
        let now = pass.settings.now()
        try await pass.patiently {
            try await pass.warehouse.markSourceFailed(
                source, because: kind.reason(reason, at: now), restingUntil: kind.restingUntil(from: now), now: now)
        }
        guard let times = times(after: kind) else { return }
        _ = try await pass.patiently { try await pass.warehouse.backOff(source: source, times: times, now: now) }
    }

    /// Writes down that the source could work to the end of a pass.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func end() async throws {
        try await pass.patiently { try await pass.warehouse.endBackOff(ofSource: source) }
    }

    private func times(after kind: FetchFailureKind) -> BackOffTimes? {
        let standard = pass.settings.backOffTimes
        return switch kind {
        // The vendor itself has said for how long.
        case .rateLimited: nil
        // An outage ends without anybody's doing, and its end must not be missed for a day.
        case .unavailable: BackOffTimes(first: standard.first, longest: max(standard.first, .seconds(3_600)))
        case .badAnswer, .unauthenticated, .refused, .clientUnavailable: standard
        }
    }
}
