import ServiceLifecycle
import Warehouse

/// Writes down what is configured, before anything else in a pass.
///
/// A source that no process is configured for any more is dropped, but not at the first look: after a restart of the
/// server every process is without its presence for a moment. It must be missing at each look for as long as a living
/// process can need to announce itself again (``HoldPolicy/absence``), and the database must have answered all along.
struct Registration: Sendable {
    let pass: Pass

    private var policy: HoldPolicy { pass.settings.holds }

    /// - Throws: `PostgresError` when the database stayed away; `CancellationError`, also when a graceful shutdown ends
    ///   the looks.
    func perform() async throws {
        let absent = try await pass.patiently {
            // Others must see that this process lives before they see what it is configured for.
            try await pass.settings.announce()
            return try await pass.warehouse.register(pass.sources.map(\.registration))
        }
        guard !absent.isEmpty else { return }
        let gone = try await cancelWhenGracefulShutdown { try await lasting(absent) }
        guard !gone.isEmpty else { return }
        try await pass.patiently { try await pass.warehouse.drop(gone) }
    }

    /// Those of some sources that stay without a process.
    private func lasting(_ absent: [String]) async throws -> [String] {
        var absent = absent
        var since = ContinuousClock.now
        while !absent.isEmpty, ContinuousClock.now - since < policy.absence {
            try await Task.sleep(for: policy.absenceLook)
            var attempts = 0
            absent = try await pass.patiently {
                attempts += 1
                return try await pass.warehouse.unclaimed(among: absent)
            }
            // Nobody could announce anything while the database was away.
            if attempts > 1 { since = .now }
        }
        return absent
    }
}
