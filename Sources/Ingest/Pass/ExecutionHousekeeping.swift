import Postgres
import UsageDomain
import Warehouse

/// Tidies what earlier processes left in the ledger of executions, before a source submits anything.
struct ExecutionHousekeeping: Sendable {
    let pass: Pass
    let run: RunID
    let source: PreparedSource
    let executions: ExecutionTally

    /// That old submissions cannot be forgotten holds up no source: tomorrow will do.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func perform() async throws {
        let datasets = source.configured.registration.datasets.map(\.dataset)
        let now = pass.settings.now()
        let intents = try await pass.patiently {
            try await pass.warehouse.abandonExecutions(of: datasets, organization: source.organization, now: now)
        }
        // A window that is one request has no execution that could be there twice.
        executions.note(doubtful: intents.filter { $0.window.dataset != .channelUsage }, of: source.name)
        if try await pass.patiently({ try await pass.warehouse.isFirstOfItsDay(run) }) {
            do {
                try await pass.warehouse.forgetOldSubmissions(now: now)
            } catch let error as PostgresError {
                pass.onEvent(.housekeepingFailed(reason: error.description))
            }
        }
    }
}
