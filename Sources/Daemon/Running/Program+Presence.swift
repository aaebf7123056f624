import Ingest
import Operations
import Warehouse

extension Program {
    /// Says in the database, while `body` runs, for which sources this process is configured: another process with another
    /// configuration then neither drops them nor takes over what they claimed.
    ///
    /// - Parameters:
    ///   - patience: how long a database that is away at the start is waited for.
    ///   - body: the work of the process.
    /// - Returns: what the body returns.
    /// - Throws: `PostgresError` when the database stays away at the start, `WarehouseError.sessionNotKept` when it keeps no
    ///   sessions; what `body` throws.
    func withPresence<Result: Sendable>(
        _ patience: DatabasePatience, _ body: () async throws -> Result
    ) async throws -> Result {
        _ = try await patience.attempt(onEvent: observe) { try await presence.announce() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await presence.keep(noting: note) }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await group.waitForAll()
            await presence.end()
            monitor.supervision.endPresence()
            return try result.get()
        }
    }

    /// Takes note of one look at the session of the presence.
    private func note(_ look: Result<Presence.Look, any Error>) {
        monitor.supervision.notePresence()
        switch look {
        case .success(let look):
            monitor.health.noteLinkSeen()
            abandonments.note(look.abandoned)
        case .failure(let error):
            monitor.health.noteLinkLost(because: "\(error)")
        }
    }
}
