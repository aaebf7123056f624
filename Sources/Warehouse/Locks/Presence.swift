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
        let names = sources.map { LockName.presencePrefix + $0 }
        do {
            _ = try await connection.run(timeout: Self.answerLimit) { connection in
                try connection.query(
                    """
                    SELECT pg_advisory_lock_shared(hashtextextended(name, 0))
                    FROM unnest(\(names)::text[]) AS name
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

    /// Looks whether the session lives, and which of the sources nobody works on although nobody has finished the work: its
    /// process was killed, or its link was cut.
    ///
    /// - Returns: their names.
    /// - Throws: `PostgresError` when the session does not live; `CancellationError`.
    @discardableResult
    package func check() async throws -> Set<String> {
        let names = sources
        let isRow = LockName.isRow(ofKey: LockName.key(ofWorkOn: "source.name"))
        let abandoned = try await connection.run(timeout: Self.answerLimit) { connection in
            try connection.query(
                """
                SELECT source.name
                FROM ingest.source AS source
                WHERE source.name = ANY (\(names)::text[]) AND source.held_since IS NOT NULL
                    AND NOT EXISTS (SELECT FROM pg_locks WHERE \(isRow))
                """
            ).map { try $0.decode(String.self) }
        }
        return Set(abandoned)
    }

    /// Ends the session, and with it the presence.
    package func end() async {
        await connection.close()
    }
}
