package import FoundationEssentials
package import Postgres
package import UsageDomain

/// Drops the partitions of days that the policy gives up, oldest first.
///
/// The decision is written down before anything is dropped: from then on no such day is owed, planned or stored. A partition
/// is detached while others read, which waits for those that might still see it and blocks nobody, and then dropped. A
/// process that is killed on the way leaves nothing that the next one does not finish.
///
/// For the owner of the tables, whose role the session takes on where its login is a member; the daemon's may not.
package struct Pruning: Sendable {
    let connection: PostgresConnection
    let policy: RetentionPolicy
    let limits: PruningLimits

    /// - Parameters:
    ///   - connection: of the caller alone; its session keeps a lock and settings until it is closed.
    ///   - policy: what is given up.
    ///   - limits: how long others are waited for.
    package init(on connection: PostgresConnection, policy: RetentionPolicy, limits: PruningLimits = PruningLimits()) {
        self.connection = connection
        self.policy = policy
        self.limits = limits
    }

    /// What ``perform(now:onDropped:)`` would drop now. Changes nothing.
    ///
    /// - Parameter now: the current time.
    /// - Returns: the partitions in the order in which they would go.
    /// - Throws: `PostgresError`.
    package func plan(now: Date) async throws -> [PrunablePartition] {
        try await prepareSession()
        var partitions: [PrunablePartition] = []
        for subject in RetentionSubject.allCases {
            let decided = try await connection.run(timeout: .seconds(60)) { connection in
                try Self.decidedDay(of: subject, on: connection)
            }
            let wanted = policy.firstKeptDay(of: subject, today: Day(containing: now))
            guard let first = [decided, wanted].compactMap(\.self).max() else { continue }
            partitions += try await self.partitions(of: subject, before: first)
        }
        return partitions
    }

    /// Drops what the policy gives up, and what was given up before and is still there.
    ///
    /// - Parameters:
    ///   - now: the current time.
    ///   - onDropped: is told each partition when it is gone.
    /// - Throws: ``PruningError``, `PostgresError` (42501 without the owner's rights), `CancellationError`. What was dropped
    ///   before the error stays dropped.
    package func perform(now: Date, onDropped: (PrunablePartition) -> Void) async throws {
        try await prepareSession()
        let isAlone = try await connection.run(timeout: .seconds(60)) { connection in
            try connection.query("SELECT pg_try_advisory_lock(hashtextextended('usaged prune', 0))")
                .first?.decode(Bool.self) ?? false
        }
        guard isAlone else { throw PruningError.runsAlready }
        for subject in RetentionSubject.allCases {
            try await decide(subject, now: now)
            let decided = try await connection.run(timeout: .seconds(60)) { connection in
                try Self.decidedDay(of: subject, on: connection)
            }
            guard let decided else { continue }
            for partition in try await partitions(of: subject, before: decided) {
                try await drop(partition)
                onDropped(partition)
            }
        }
        // The end of the session would do it a moment later than whoever waits for this one expects.
        try await connection.run(timeout: .seconds(60)) { connection in
            try connection.execute("SELECT pg_advisory_unlock(hashtextextended('usaged prune', 0))")
        }
    }

    // MARK: - Steps

    private func prepareSession() async throws {
        try await connection.run(timeout: .seconds(30)) { connection in
            // Our own limits hold; those of the login are made for other statements.
            try connection.execute("SET statement_timeout = 0")
            try connection.execute("SELECT set_config('lock_timeout', \(limits.lockTimeoutSetting), false)")
            let isMember = try connection.query(
                "SELECT pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = 'usage_owner'")
            if try isMember.first?.decode(Bool.self) == true { try connection.execute("SET ROLE usage_owner") }
        }
    }

    /// Moves the first day that is kept. It is never moved back: what is gone stays gone.
    private func decide(_ subject: RetentionSubject, now: Date) async throws {
        guard let first = policy.firstKeptDay(of: subject, today: Day(containing: now)) else { return }
        // A window that is being stored holds its days' coverage.
        try await givingWay(at: "coverage") {
            try await connection.run(timeout: .seconds(600)) { connection in
                try connection.transaction {
                    try connection.execute(
                        """
                        INSERT INTO ingest.retention AS known (subject, first_day, decided_at)
                        VALUES (\(subject.rawValue), \(first.sqlDate), \(now)::timestamptz)
                        ON CONFLICT (subject) DO UPDATE SET
                            first_day = excluded.first_day,
                            decided_at = excluded.decided_at
                        WHERE known.first_day < excluded.first_day
                        """)
                    if subject == .rollups { try Self.forgetCoverage(on: connection) }
                }
            }
        }
    }

    /// Coverage is kept as long as sums of its days are: it says whether they are of all of a day.
    private static func forgetCoverage(on connection: isolated PostgresConnection) throws {
        let datasets = Dataset.allCases.filter(\.isRetained).map(\.rawValue)
        try connection.execute(
            """
            DELETE FROM ingest.coverage AS day
            USING ingest.retention AS retention
            WHERE retention.subject = 'rollups' AND day.usage_date < retention.first_day
                AND day.dataset = ANY (\(datasets)::ingest.dataset[])
            """)
    }

    static func decidedDay(of subject: RetentionSubject, on connection: isolated PostgresConnection) throws -> Day? {
        let first = try connection.query("SELECT first_day FROM ingest.retention WHERE subject = \(subject.rawValue)")
            .first?.decode(PostgresDate.self)
        return first.map { Day($0) }
    }

    private func partitions(of subject: RetentionSubject, before day: Day) async throws -> [PrunablePartition] {
        let named = try await connection.run(timeout: .seconds(60)) { connection in
            // Facts before their journal: without its facts it says little, and they without it that nothing ever changed.
            try connection.query(
                """
                SELECT name, parent, first_day, next_first_day,
                    pg_total_relation_size(format('ingest.%I', name)::regclass)
                FROM ingest.day_partition
                WHERE subject = \(subject.rawValue) AND next_first_day <= \(day.sqlDate)
                ORDER BY first_day, parent DESC
                """
            ).map { try $0.decode(String.self, String.self, PostgresDate.self, PostgresDate.self, Int64.self) }
        }
        var partitions: [PrunablePartition] = []
        for (name, parent, first, next, bytes) in named {
            let rows = try await connection.run(timeout: .seconds(600)) { connection in
                try connection.query("SELECT count(*) FROM ingest.\(identifier: name)").first?.decode(Int64.self) ?? 0
            }
            partitions.append(
                PrunablePartition(
                    subject: subject, name: name, parent: parent, days: Day(first)..<Day(next), rows: rows, bytes: bytes
                ))
        }
        return partitions
    }

    private func drop(_ partition: PrunablePartition) async throws {
        try await givingWay(at: partition.name) {
            try await detach(partition)
            _ = try await connection.run(timeout: .seconds(60)) { connection in
                try connection.execute("DROP TABLE IF EXISTS ingest.\(identifier: partition.name)")
            }
        }
    }

    /// Does a piece of work that gives way to whoever holds a table, and comes again.
    private func givingWay(at table: String, _ work: () async throws -> Void) async throws {
        let deadline = ContinuousClock.now + limits.partition
        while true {
            do {
                return try await work()
            } catch let error as PostgresError where error.isLockConflict {
                guard ContinuousClock.now + limits.pause < deadline else {
                    throw PruningError.inUse(table, waited: limits.partition)
                }
            }
            try await Task.sleep(for: limits.pause)
        }
    }

    /// Detaches a partition in two transactions of the server's own, the second of which waits for who might still see it.
    /// When that wait is cut short, the partition is left half detached: no new question sees it, and it is detached to the
    /// end by another statement. (PostgreSQL manual, ALTER TABLE, "DETACH PARTITION".)
    private func detach(_ partition: PrunablePartition) async throws {
        try await connection.run(timeout: limits.partition) { connection in
            let state = try connection.query(
                "SELECT is_attached, is_detaching FROM ingest.day_partition WHERE name = \(partition.name)"
            ).first?.decode(Bool.self, Bool.self)
            guard let (isAttached, isDetaching) = state, isAttached else { return }
            let manner: SQL = isDetaching ? "FINALIZE" : "CONCURRENTLY"
            try connection.execute(
                """
                ALTER TABLE ingest.\(identifier: partition.parent)
                DETACH PARTITION ingest.\(identifier: partition.name) \(manner)
                """)
        }
    }
}

/// How long a pruning waits for others.
package struct PruningLimits: Sendable {
    /// For one lock, before it is given up and tried again. Loaders that make a partition wait behind it, for 5 s.
    package var lock: Duration
    /// Between two tries.
    package var pause: Duration
    /// For one partition, from the first try on.
    package var partition: Duration

    package init(
        lock: Duration = .seconds(2), pause: Duration = .milliseconds(500), partition: Duration = .seconds(600)
    ) {
        self.lock = lock
        self.pause = pause
        self.partition = partition
    }

    /// As the server's setting `lock_timeout` wants it.
    var lockTimeoutSetting: String { "\(max(1, Int(lock / .milliseconds(1))))ms" }
}

extension PostgresError {
    /// SQLSTATE lock_not_available or deadlock_detected.
    fileprivate var isLockConflict: Bool { sqlState == "55P03" || sqlState == "40P01" }
}
