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
    /// The session that may have the lock.
    package let identity: SessionIdentity
    private let connection: PostgresConnection

    private var name: LockName { LockName.work(on: source) }
    private var isRow: SQL { LockName.isRow(ofKey: name.key) }

    /// Opens the session; the lock is not asked for yet.
    ///
    /// - Parameters:
    ///   - source: its name in the configuration.
    ///   - session: how to open it.
    /// - Throws: `WarehouseError.sessionNotKept` behind a pooler in transaction mode; `PostgresError`,
    ///   `CancellationError`.
    package init(of source: String, in session: LockSession) async throws {
        self.source = source
        (connection, identity) = try await session.open()
    }

    /// Takes the lock if nobody has it and nobody waits for it: the server lets no such attempt overtake its queue.
    ///
    /// - Parameter lost: a session of this process whose end the server may not have noticed yet: it is ended if it has
    ///   the lock.
    /// - Returns: whether this session has it now.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func take(from lost: SessionIdentity? = nil) async throws -> Bool {
        let key = name.key
        if let lost, try await end(lost) { return try await wait(for: Self.longestEnd) }
        return try await connection.run(timeout: LockSession.answerLimit) { connection in
            try connection.query("SELECT pg_try_advisory_lock(\(key))").first?.decode(Bool.self) ?? false
        }
    }

    /// How long the server needs at most to end a session whose link was cut.
    package static let longestEnd = Duration.seconds(12)

    /// Ends a session of this process if it has the lock. A session whose beginning may not be seen is left to the server:
    /// it may be another one by now.
    ///
    /// - Returns: whether it has, so that it is worth waiting for its end.
    private func end(_ lost: SessionIdentity) async throws -> Bool {
        let isRow = isRow
        let isSame: SQL = "activity.backend_start = \(lost.began as Date?)::timestamptz"
        do {
            return try await connection.run(timeout: LockSession.answerLimit) { connection in
                try connection.execute(
                    """
                    SELECT CASE WHEN \(isSame) THEN pg_terminate_backend(pid) END
                    FROM pg_locks
                    LEFT JOIN pg_stat_activity AS activity USING (pid)
                    WHERE \(isRow) AND granted AND pid = \(lost.backend) AND coalesce(\(isSame), true)
                    """) > 0
            }
        } catch let error as PostgresError where error.sqlState == "42501" {
            // A superuser that works as another role may not end its own sessions; the server will.
            return true
        }
    }

    /// Waits in the server's queue, where those who came first are served first. Whoever waits without a limit keeps its
    /// place until it is served; that its link died, it is not told: see ``Warehouse/queue(of:)``.
    ///
    /// - Parameter limit: how long; nil: until the task is cancelled.
    /// - Returns: whether this session has the lock now; without a limit always true.
    /// - Throws: `PostgresError`, `CancellationError`, the latter at once.
    @discardableResult
    package func wait(for limit: Duration? = nil) async throws -> Bool {
        let key = name.key
        let milliseconds = limit.map { max(1, Int64($0 / .milliseconds(1))) } ?? 0
        do {
            try await connection.run(timeout: (limit ?? Self.endless) + LockSession.answerLimit) { connection in
                try connection.execute("SELECT set_config('lock_timeout', \("\(milliseconds)ms"), false)")
                try connection.execute("SELECT pg_advisory_lock(\(key))")
            }
            return true
        } catch let error as PostgresError where error.sqlState == "55P03" {
            return false
        }
    }

    /// Ten years, longer than any process waits.
    private static let endless = Duration.seconds(10 * 366 * 86_400)

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
        try LockSession.requireSame(identity.backend, answering)
        return Standing(isHeld: isHeld, isWanted: isWanted)
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
        return try await connection.run(timeout: LockSession.answerLimit) { connection in
            try connection.query("SELECT times_held FROM ingest.source WHERE name = \(source)")
                .first?.decode(Int64.self) ?? 0
        }
    }

    /// Notes that the work on the source has come to an end of its own.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func noteEnd() async throws {
        let source = source
        _ = try await connection.run(timeout: LockSession.answerLimit) { connection in
            try connection.execute(
                "UPDATE ingest.source SET held_since = NULL WHERE name = \(source) AND held_since IS NOT NULL")
        }
    }
}
