import Postgres

/// Who has the lock of a source, and whether a session that asked for it is still there.
package struct LockQueue: Equatable, Sendable {
    /// Another session that has the lock; nil when none has.
    package let holder: SourceLock.Holder?
    /// Whether the session waits for the lock, or has it.
    package let isInLine: Bool
}

extension Warehouse {
    /// Looks, from another session, at the queue in which one waits.
    ///
    /// - Parameter lock: what the session waits for.
    /// - Returns: what it shows.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func queue(of lock: SourceLock) async throws -> LockQueue {
        let isRow = LockName.isRow(ofKey: LockName.work(on: lock.source).key)
        let waiting = lock.identity.backend
        return try await pool.withConnection(timeout: .seconds(4)) { connection in
            let sessions = try connection.query(
                """
                SELECT pg_locks.pid, granted, coalesce(activity.application_name, ''),
                    coalesce(host(activity.client_addr), '')
                FROM pg_locks
                LEFT JOIN pg_stat_activity AS activity USING (pid)
                WHERE \(isRow) AND (granted OR pid = \(waiting))
                """
            ).map { try $0.decode(Int32.self, Bool.self, String.self, String.self) }
            let holder = sessions.first { $0.1 && $0.0 != waiting }
            return LockQueue(
                holder: holder.map { .init(backend: $0.0, application: $0.2, address: $0.3) },
                isInLine: sessions.contains { $0.0 == waiting })
        }
    }
}
