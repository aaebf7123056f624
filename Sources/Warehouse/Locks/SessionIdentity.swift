package import FoundationEssentials
import Postgres

/// Which session of the server one is. The process id alone does not tell: the system gives it to another one later.
package struct SessionIdentity: Equatable, Sendable {
    /// Process id at the server.
    package let backend: Int32
    /// When the session began; nil when the login may not see it, as one that works as another role.
    package let began: Date?

    /// Asks a session who it is.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    static func own(on connection: isolated PostgresConnection) throws -> SessionIdentity {
        let rows = try connection.query(
            """
            SELECT pg_backend_pid(), (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
            """)
        guard let (backend, began) = try rows.first?.decode(Int32.self, Date?.self) else {
            throw PostgresError.invalidValue("the server does not say which session answers")
        }
        return SessionIdentity(backend: backend, began: began)
    }
}
