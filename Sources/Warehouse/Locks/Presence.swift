import Postgres

/// Says, as long as its session lives, for which sources a process is configured: a lock a source, shared by all such
/// processes. Nobody waits for these locks; they are looked for by ``Warehouse/register(_:)``.
package struct Presence: Sendable {
    /// How long a look at the session, or the announcement on a new one, may take.
    static let answerLimit = Duration.seconds(2)

    private let sources: [String]
    private let connection: PostgresConnection

    /// Opens the session.
    ///
    /// - Parameters:
    ///   - sources: their names in the configuration.
    ///   - session: how to open it.
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    package init(of sources: [String], in session: LockSession) async throws {
        self.sources = sources
        connection = try await session.open().connection
        do {
            _ = try await connection.run(timeout: Self.answerLimit) { connection in
                try connection.query(
                    """
                    SELECT pg_advisory_lock_shared(\(LockName.key(ofPresenceFor: "name")))
                    FROM unnest(\(sources)::text[]) AS name
                    """)
            }
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Waits, without asking the server anything, until the session has ended.
    ///
    /// - Parameter pause: how long at most.
    /// - Returns: whether it has; false also when somebody else wants the session meanwhile.
    /// - Throws: `CancellationError`; `PostgresError` when the session is kept from answering.
    package func hasEnded(within pause: Duration) async throws -> Bool {
        try await connection.hasEnded(within: pause)
    }

    /// What a look at the database shows.
    package struct Look: Equatable, Sendable {
        /// Those of the sources that nobody works on although nobody has finished the work: its process was killed, or its
        /// link was cut.
        package var abandoned: Set<String> = []
        /// Whether other sessions say that they are configured for any of the sources, or work on one.
        package var isShared = false
    }

    /// Looks whether the session lives, and how its sources stand.
    ///
    /// - Returns: what it shows.
    /// - Throws: `PostgresError` when the session does not live; `CancellationError`.
    @discardableResult
    package func check() async throws -> Look {
        let names = sources
        let isWork = LockName.isRow(ofKey: LockName.key(ofWorkOn: "source.name"))
        let isPresence = LockName.isRow(ofKey: LockName.key(ofPresenceFor: "source.name"))
        let (abandoned, isShared) = try await connection.run(timeout: Self.answerLimit) { connection in
            try connection.query(
                """
                SELECT
                    ARRAY(
                        SELECT source.name
                        FROM ingest.source AS source
                        WHERE source.name = ANY (\(names)::text[]) AND source.held_since IS NOT NULL
                            AND NOT EXISTS (SELECT FROM pg_locks WHERE \(isWork))
                    ),
                    EXISTS (
                        -- Of a process whose link was cut the server may end either session first.
                        SELECT FROM unnest(\(names)::text[]) AS source (name)
                        INNER JOIN pg_locks ON (\(isPresence)) OR (\(isWork))
                        WHERE pg_locks.pid <> pg_backend_pid()
                    )
                """
            ).first?.decode([String].self, Bool.self) ?? ([], false)
        }
        return Look(abandoned: Set(abandoned), isShared: isShared)
    }

    /// Ends the session, and with it the presence.
    package func end() async {
        await connection.close()
    }
}
