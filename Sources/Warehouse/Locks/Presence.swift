import Postgres

/// Says, as long as its session lives, for which sources a process is configured: a lock a source, shared by all such
/// processes. Nobody waits for these locks; they are looked for by ``Warehouse/register(_:)``.
package struct Presence: Sendable {
    /// How long a look at the session, or the announcement on a new one, may take.
    static let answerLimit = Duration.seconds(2)

    private let connection: PostgresConnection

    /// Opens the session.
    ///
    /// - Parameters:
    ///   - sources: their names in the configuration.
    ///   - session: how to open it.
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    package init(of sources: [String], in session: LockSession) async throws {
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

    /// Looks whether the session lives.
    ///
    /// - Throws: `PostgresError` when it does not; `CancellationError`.
    package func check() async throws {
        _ = try await connection.run(timeout: Self.answerLimit) { try $0.execute("SELECT 1") }
    }

    /// Ends the session, and with it the presence.
    package func end() async {
        await connection.close()
    }
}
