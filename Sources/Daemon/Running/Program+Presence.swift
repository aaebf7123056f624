import Ingest
import Logging
import Operations
import Postgres
import UsagedConfiguration
import Warehouse

extension Program {
    /// How often it is looked whether the session of the presence lives.
    private static let presenceCheck = Duration.seconds(5)
    /// What the loop that looks is called, and how long one look may take, with all its deadlines.
    private static let presenceLoop = "presence"
    private static let presencePatience = Duration.seconds(120)

    /// Says in the database, while `body` runs, for which sources this process is configured: another process with another
    /// configuration then neither drops them nor takes over what they claimed.
    ///
    /// - Parameters:
    ///   - patience: how long a database that is away at the start is waited for.
    ///   - body: the work of the process.
    /// - Returns: what the body returns.
    /// - Throws: `PostgresError` when the database stays away at the start; what `body` throws.
    func withPresence<Result: Sendable>(
        _ patience: DatabasePatience, _ body: () async throws -> Result
    ) async throws -> Result {
        let first = try await patience.attempt(onEvent: monitor.receive) { try await announce() }
        return try await withThrowingTaskGroup(of: Presence?.self) { group in
            group.addTask { await keep(first) }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            if let last = try await group.next() ?? nil { await last.end() }
            return try result.get()
        }
    }

    private func announce() async throws -> Presence {
        try await Presence(of: configuration.sources.map(\.name), in: warehouse.lockSession)
    }

    /// Announces again whenever the session was lost, until the task is cancelled.
    ///
    /// - Returns: the last session; nil when there is none.
    private func keep(_ first: Presence) async -> Presence? {
        var presence: Presence? = first
        while true {
            monitor.liveness.sign(of: Self.presenceLoop, nextWithin: Self.presencePatience)
            do {
                try await Task.sleep(for: Self.presenceCheck)
                if let presence { try await presence.check() } else { presence = try await announce() }
                monitor.health.noteLinkSeen()
            } catch is CancellationError {
                return presence
            } catch {
                logger.debug("the presence is lost and announced again", metadata: ["error": "\(error)"])
                monitor.health.noteLinkLost(because: "\(error)")
                await presence?.end()
                presence = nil
            }
        }
    }
}
