import UsageDomain
import Warehouse

/// Writes down which datasets of a source, or OAuth clients of a dataset, are to be left alone, and which work again.
struct DatasetBackOff: Sendable {
    let pass: Pass
    let source: PreparedSource

    /// A backfill may ask for what the vendor refuses for good reasons; that is nothing against the days to come.
    private var isRemembered: Bool { !source.isBackfill }

    /// - Parameters:
    ///   - trip: what is left alone.
    ///   - windows: how many windows of it were not tried in this pass.
    /// - Throws: `PostgresError`, `CancellationError`.
    func leave(_ trip: DatasetBreaker.Trip, windows: Int) async throws {
        let now = pass.settings.now()
        let until =
            isRemembered
            ? try await pass.patiently {
                try await pass.warehouse.backOff(
                    trip.subject, of: source.name, because: trip.reason, times: pass.settings.backOffTimes, now: now)
            } : nil
        pass.onEvent(
            .leftAlone(
                source: source.name, dataset: trip.dataset, clientID: trip.clientID, windows: windows, until: until,
                reason: trip.reason))
    }

    /// - Throws: `PostgresError`, `CancellationError`.
    func end(_ working: Set<BackOffSubject>) async throws {
        let healed = working.filter { source.backOffs[$0] != nil }
        try await pass.patiently { try await pass.warehouse.endBackOff(healed, of: source.name) }
    }
}
