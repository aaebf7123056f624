package import FoundationEssentials
import Postgres

/// The lock of one source, on a session of its own: who has it is the only process that works on the source.
///
/// It lives as long as the session. When the process is killed the server frees it at once, and within about 11 seconds
/// when the network is cut.
package struct SourceLock: Sendable {
    /// What a look at the lock shows.
    package struct Standing: Equatable, Sendable {
        /// Whether this session has the lock still.
        package let isHeld: Bool
        /// Whether another session waits for it.
        package let isWanted: Bool
    }

    /// Who has the lock, as far as this login may see.
    package struct Holder: Equatable, Sendable {
        /// Process id of the session at the server.
        package let backend: Int32
        /// Empty when it may not be seen, as of the address.
        package let application: String
        /// Address of the holder's machine; empty over a unix socket.
        package let address: String
    }

    /// Its name in the configuration.
    package let source: String
    /// The session's process id at the server.
    package let backend: Int32
    private let connection: PostgresConnection

    private var name: LockName { LockName.work(on: source) }
    private var isRow: SQL { LockName.isRow(ofKey: name.key) }

    /// Opens the session; the lock is not asked for yet.
    ///
    /// - Parameters:
    ///   - source: its name in the configuration.
    ///   - session: how to open it.
    /// - Throws: `PostgresError`, `CancellationError`.
    package init(of source: String, in session: LockSession) async throws {
        self.source = source
        connection = try await session.open()
        do {
            backend = try await connection.run(timeout: .seconds(4)) { connection in
                try connection.query("SELECT pg_backend_pid()").first?.decode(Int32.self) ?? 0
            }
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Takes the lock if nobody has it.
    ///
    /// - Parameter lost: backend of a session of this process whose end the server may not have noticed yet: it is ended
    ///   if it has the lock.
    /// - Returns: whether this session has it now.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func take(from lost: Int32? = nil) async throws -> Bool {
        let key = name.key
        if let lost, try await end(lost) { return try await wait(for: Self.longestEnd) }
        return try await connection.run(timeout: .seconds(4)) { connection in
            try connection.query("SELECT pg_try_advisory_lock(\(key))").first?.decode(Bool.self) ?? false
        }
    }

    /// How long the server needs at most to end a session whose link was cut.
    private static let longestEnd = Duration.seconds(12)

    /// Ends a session of this process if it has the lock.
    ///
    /// - Returns: whether it has, so that it is worth waiting for its end.
    private func end(_ backend: Int32) async throws -> Bool {
        let isRow = isRow
        do {
            return try await connection.run(timeout: .seconds(4)) { connection in
                try connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE \(isRow) AND granted AND pid = \(backend)")
                    > 0
            }
        } catch let error as PostgresError where error.sqlState == "42501" {
            // A superuser that works as another role may not end its own sessions; the server will.
            return true
        }
    }

    /// Waits in the server's queue, where those who came first are served first.
    ///
    /// - Parameter slice: how long; a link that died meanwhile is noticed at its end.
    /// - Returns: whether this session has the lock now.
    /// - Throws: `PostgresError`, `CancellationError`, the latter at once.
    package func wait(for slice: Duration) async throws -> Bool {
        let key = name.key
        let milliseconds = max(1, Int64(slice / .milliseconds(1)))
        do {
            try await connection.run(timeout: slice + .seconds(4)) { connection in
                try connection.execute("SELECT set_config('lock_timeout', \("\(milliseconds)ms"), false)")
                try connection.execute("SELECT pg_advisory_lock(\(key))")
            }
            return true
        } catch let error as PostgresError where error.sqlState == "55P03" {
            return false
        }
    }

    /// Who has the lock now; nil when nobody has.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func holder() async throws -> Holder? {
        let isRow = isRow
        return try await connection.run(timeout: .seconds(4)) { connection in
            let rows = try connection.query(
                """
                SELECT pg_locks.pid, coalesce(activity.application_name, ''), coalesce(host(activity.client_addr), '')
                FROM pg_locks
                LEFT JOIN pg_stat_activity AS activity USING (pid)
                WHERE \(isRow) AND granted
                """)
            return try rows.first.map { row in
                let (backend, application, address) = try row.decode(Int32.self, String.self, String.self)
                return Holder(backend: backend, application: application, address: address)
            }
        }
    }

    /// Looks whether the lock is still there, and whether someone waits for it.
    ///
    /// - Parameter deadline: how long the answer may take.
    /// - Returns: what it shows.
    /// - Throws: `WarehouseError.sessionNotKept` when another session answers than the one that was opened;
    ///   `PostgresError`, `CancellationError`.
    package func standing(within deadline: Duration) async throws -> Standing {
        let isRow = isRow
        let (answering, isHeld, isWanted) = try await connection.run(timeout: deadline) { connection in
            try connection.query(
                """
                SELECT pg_backend_pid(), coalesce(bool_or(granted AND pid = pg_backend_pid()), false),
                    coalesce(bool_or(NOT granted), false)
                FROM pg_locks
                WHERE \(isRow)
                """
            ).first?.decode(Int32.self, Bool.self, Bool.self) ?? (Int32(0), false, false)
        }
        try Self.requireSame(backend, answering)
        return Standing(isHeld: isHeld, isWanted: isWanted)
    }

    /// A session that changes under the client's hands keeps no lock.
    static func requireSame(_ opened: Int32, _ answering: Int32) throws(WarehouseError) {
        guard opened == answering else { throw WarehouseError.sessionNotKept }
    }

    /// Lets go of the lock and ends the session. Without an answer within a second it is left to the server.
    package func release() async {
        let key = name.key
        _ = try? await connection.run(timeout: .seconds(1)) { connection in
            try connection.execute("SELECT pg_advisory_unlock(\(key))")
        }
        await connection.close()
    }

    /// Ends the session without a word to the server about the lock.
    package func abandon() async {
        await connection.close()
    }
}

extension SourceLock {
    /// Notes that the source is being worked on, until ``noteEnd()``.
    ///
    /// - Parameter now: the current time.
    /// - Returns: how many times the source was taken, this time included.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func noteBegin(now: Date) async throws -> Int64 {
        let source = source
        return try await connection.run(timeout: .seconds(20)) { connection in
            try connection.query(
                """
                UPDATE ingest.source SET times_held = times_held + 1, held_since = \(now)::timestamptz
                WHERE name = \(source)
                RETURNING times_held
                """
            ).first?.decode(Int64.self) ?? 0
        }
    }

    /// How many times the source was taken so far.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func timesHeld() async throws -> Int64 {
        let source = source
        return try await connection.run(timeout: .seconds(4)) { connection in
            try connection.query("SELECT times_held FROM ingest.source WHERE name = \(source)")
                .first?.decode(Int64.self) ?? 0
        }
    }

    /// Notes that the work on the source has come to an end of its own.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func noteEnd() async throws {
        let source = source
        _ = try await connection.run(timeout: .seconds(4)) { connection in
            try connection.execute(
                "UPDATE ingest.source SET held_since = NULL WHERE name = \(source) AND held_since IS NOT NULL")
        }
    }
}

extension Warehouse {
    /// Whether whoever worked on a source last came to no end, and nobody works on it now: its process was killed, or
    /// its link was cut.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func isAbandoned(_ source: String) async throws -> Bool {
        let isRow = LockName.isRow(ofKey: LockName.work(on: source).key)
        return try await pool.withConnection(timeout: .seconds(4)) { connection in
            try connection.query(
                """
                SELECT held_since IS NOT NULL AND NOT EXISTS (SELECT FROM pg_locks WHERE \(isRow))
                FROM ingest.source
                WHERE name = \(source)
                """
            ).first?.decode(Bool.self) ?? false
        }
    }
}
