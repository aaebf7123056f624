internal import Postgres

/// The advisory lock of the session that migrates: one at a time a database. It ends with its connection.
///
/// It is asked for again and again and never waited for inside the server: a session that waits there holds a snapshot,
/// for which `CREATE INDEX CONCURRENTLY` of the holder would wait in turn.
struct MigrationLock: Sendable {
    let ledgerSchema: String

    /// - Throws: ``MigrationError/lockNotAcquired(waited:)`` when another session had it all the time.
    func acquire(on connection: PostgresConnection, within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        let key = "usaged.migration \(ledgerSchema)"
        while true {
            let isOurs = try await connection.run(timeout: .seconds(30)) { connection in
                let rows = try connection.query("SELECT pg_try_advisory_lock(hashtextextended(\(key), 0))")
                return try rows.first?.decode(Bool.self) ?? false
            }
            if isOurs { return }
            guard ContinuousClock.now < deadline else { throw MigrationError.lockNotAcquired(waited: limit) }
            try await Task.sleep(for: .milliseconds(.random(in: 20...80)))
        }
    }
}
