package import Logging
import Postgres

/// Keeps a process's ``Presence`` in the database: opens another session as soon as the one that says so has ended.
///
/// An end that the server tells is noticed at once, without asking. Only whether a silent link still carries must be asked,
/// which is done seldom: this is all that an idle process does.
package actor PresenceKeeper {
    /// How often the session is looked at.
    package static let checkEvery = Duration.seconds(5)
    /// How soon after a failure the next session is tried.
    package static let retryAfter = Duration.seconds(1)
    /// For how long a source must be without presence, while the database answers, before nobody is configured for it.
    ///
    /// Longer than a living process is without its session when the server has lost it without a word: five seconds to the
    /// next look, two in which a dead link does not answer it, a second's pause, four to connect, and two to announce.
    package static let longestGap = Duration.seconds(16)

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
    /// - Returns: names of those sources that were abandoned by whoever worked on them.
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    @discardableResult
    package func announce() async throws -> Set<String> {
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
        let announced = try await Presence(of: sources, in: session)
        presence = announced
        return try await announced.check()
    }

    /// Announces again whenever the session was lost, until the task is cancelled.
    ///
    /// - Parameter note: is told after each look which sources were abandoned by whoever worked on them, or why the
    ///   presence is not in the database.
    package func keep(noting note: @Sendable (Result<Set<String>, any Error>) -> Void) async {
        var hasFailed = false
        while true {
            do {
                if hasFailed {
                    try await Task.sleep(for: Self.retryAfter)
                } else {
                    _ = try await presence?.hasEnded(within: Self.checkEvery)
                }
                note(.success(try await announce()))
                hasFailed = false
            } catch is CancellationError {
                return
            } catch {
                logger.debug("the presence cannot be announced", metadata: ["error": "\(error)"])
                hasFailed = true
                note(.failure(error))
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
