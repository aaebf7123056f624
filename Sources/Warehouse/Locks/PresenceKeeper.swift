package import Logging
import Postgres

/// Keeps a process's ``Presence`` in the database: opens another session as soon as the one that says so has ended.
///
/// The end of the session is noticed at once, without asking: the server tells it, or the kernel, which probes a silent link
/// every few seconds. So an idle process looks seldom, and more often only while others might leave it their work.
package actor PresenceKeeper {
    /// How often the database is looked at while no other process is configured for the same sources.
    package static let lookEvery = Duration.seconds(30)
    /// How often while another one is.
    package static let lookInCompanyEvery = Duration.seconds(5)
    /// How soon after a failure the next session is tried.
    package static let retryAfter = Duration.seconds(1)
    /// For how long a source must be without presence, while the database answers, before nobody is configured for it.
    ///
    /// Longer than a living process is without its session when the server has lost it: five seconds to the next probe of
    /// the kernel, a second's pause, four to connect, two to announce, and as much again as a busy machine may need.
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
    /// - Returns: how the sources stand.
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    @discardableResult
    package func announce() async throws -> Presence.Look {
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
    /// - Parameter note: is told after each look how the sources stand, or why the presence is not in the database.
    package func keep(noting note: @Sendable (Result<Presence.Look, any Error>) -> Void) async {
        var last = Result<Presence.Look, any Error>.success(Presence.Look(isShared: true))
        while true {
            do {
                switch last {
                case .success(let look):
                    _ = try await presence?.hasEnded(within: look.isShared ? Self.lookInCompanyEvery : Self.lookEvery)
                case .failure:
                    try await Task.sleep(for: Self.retryAfter)
                }
                last = .success(try await announce())
            } catch is CancellationError {
                return
            } catch {
                logger.debug("the presence cannot be announced", metadata: ["error": "\(error)"])
                last = .failure(error)
            }
            note(last)
        }
    }

    /// Ends the presence.
    package func end() async {
        let last = presence
        presence = nil
        await last?.end()
    }
}
