package import Logging
import Postgres

/// Keeps a process's ``Presence`` in the database: looks every second whether its session lives, and opens another one
/// as soon as it does not.
package actor PresenceKeeper {
    /// How often the session is looked at, and how soon after a failure the next one is tried.
    package static let checkEvery = Duration.seconds(1)
    /// For how long a source must be without presence, while the database answers, before nobody is configured for it.
    ///
    /// Longer than a living process is without its session when the server has lost it: a second to the next look, two
    /// seconds in which a dead link does not answer it, a second's pause, four seconds to connect, and two to announce.
    package static let longestGap = Duration.seconds(12)

    private let sources: [String]
    private let session: LockSession
    private let logger: Logger
    private var presence: Presence?
    /// One announces at a time: a second session would never be ended.
    private let turn = Permits(count: 1)

    /// Announces nothing yet.
    ///
    /// - Parameters:
    ///   - sources: their names in the configuration.
    ///   - session: how to open sessions.
    ///   - logger: is told of losses, at debug.
    package init(of sources: [String], in session: LockSession, logger: Logger) {
        self.sources = sources
        self.session = session
        self.logger = logger
    }

    /// Returns when the presence is known to be in the database, announced anew if need be.
    ///
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    package func announce() async throws {
        try await turn.acquire(by: .now + Self.longestGap)
        defer { turn.release() }
        if let presence {
            do {
                return try await presence.check()
            } catch let error as PostgresError {
                logger.debug("the presence is lost and announced again", metadata: ["error": "\(error)"])
                self.presence = nil
                await presence.end()
            }
        }
        presence = try await Presence(of: sources, in: session)
    }

    /// Announces again whenever the session was lost, until the task is cancelled.
    ///
    /// - Parameter note: is told after each look why the presence is not in the database; nil when it is.
    package func keep(noting note: @Sendable ((any Error)?) -> Void) async {
        while true {
            do {
                try await Task.sleep(for: Self.checkEvery)
                try await announce()
                note(nil)
            } catch is CancellationError {
                return
            } catch {
                logger.debug("the presence cannot be announced", metadata: ["error": "\(error)"])
                note(error)
            }
        }
    }

    /// Ends the presence.
    package func end() async {
        let last = presence
        presence = nil
        await last?.end()
    }
}
