import FoundationEssentials
import UsageDomain
import Warehouse

/// What the database remembers of how much a source may send, and is told the moment that it is learned.
struct SourceMemory: Sendable {
    let pass: Pass
    let source: ConfiguredSource

    /// Has the source's budget go on where another process may have left off.
    ///
    /// - Returns: until when the source rests, if that is too long to be waited for.
    /// - Throws: `PostgresError`, `CancellationError`.
    func recall() async throws -> Date? {
        let known = try await pass.patiently { try await pass.warehouse.budget(of: source.name) }
        let now = pass.settings.now()
        let silence = known.restingUntil.map { Duration.seconds($0.timeIntervalSince(now)) } ?? .zero
        guard let budget = source.adapter.common.budget else { return silence > .zero ? known.restingUntil : nil }
        let tooLong = await budget.resume(
            BudgetMemory(allowance: known.allowance, silence: max(silence, .zero)), keeping: keep)
        return tooLong.map { now.addingTimeInterval($0.timeInterval) }
    }

    /// Without a database this is lost, and with it a courtesy but no data.
    private func keep(_ memory: BudgetMemory) async {
        let now = pass.settings.now()
        try? await pass.warehouse.keepBudget(
            of: source.name, allowance: memory.allowance,
            restingUntil: memory.silence > .zero ? now.addingTimeInterval(memory.silence.timeInterval) : nil)
    }
}
