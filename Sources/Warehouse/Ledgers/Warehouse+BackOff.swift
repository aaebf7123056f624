package import FoundationEssentials
import Postgres
import UsageDomain

/// What is left alone for now, and why.
package struct BackOff: Sendable {
    package let reason: String
    package let nextAttemptAt: Date
}

/// How long something that failed is left alone: doubled with each failure in a row.
package struct BackOffTimes: Sendable, Equatable {
    /// After the first failure.
    package let first: Duration
    /// After any failure.
    package let longest: Duration

    package init(first: Duration, longest: Duration) {
        self.first = min(first, longest)
        self.longest = longest
    }
}

extension Warehouse {
    /// Writes down that a part of a source failed once more.
    ///
    /// - Parameters:
    ///   - subject: what failed.
    ///   - source: the source's name in the configuration.
    ///   - reason: for `status`.
    ///   - times: how long it is left alone.
    ///   - now: the current time.
    /// - Returns: when a schedule tries it again.
    /// - Throws: `PostgresError`.
    @discardableResult
    package func backOff(
        _ subject: BackOffSubject,
        of source: String,
        because reason: String,
        times: BackOffTimes,
        now: Date
    ) async throws -> Date {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                INSERT INTO ingest.back_off AS known (
                    source_key, subject, client_id, failures, last_error, next_attempt_at
                )
                SELECT source_key, \(subject.name), \(subject.clientID), 1, \(reason),
                    \(now)::timestamptz + make_interval(secs => \(times.first.timeInterval))
                FROM ingest.source WHERE name = \(source)
                ON CONFLICT (source_key, subject, client_id) DO UPDATE SET
                    failures = known.failures + 1,
                    last_error = excluded.last_error,
                    next_attempt_at = \(now)::timestamptz + make_interval(secs => least(
                        \(times.longest.timeInterval), \(times.first.timeInterval) * power(2, least(known.failures, 30))
                    ))
                RETURNING next_attempt_at
                """)
            guard let next = try rows.first?.decode(Date.self) else {
                throw PostgresError.invalidValue("there is no source \(source) that could back off")
            }
            return next
        }
    }

    /// What of a source is left alone, also what is due to be tried again.
    ///
    /// - Throws: `PostgresError`.
    package func backOffs(of source: String) async throws -> [BackOffSubject: BackOff] {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                SELECT known.subject, known.client_id, known.last_error, known.next_attempt_at
                FROM ingest.back_off AS known
                INNER JOIN ingest.source AS source USING (source_key)
                WHERE source.name = \(source) AND known.failures > 0
                """)
            var known: [BackOffSubject: BackOff] = [:]
            for row in rows {
                let (name, clientID, reason, next) = try row.decode(
                    String.self, String.self, String.self, Date.self)
                guard let subject = BackOffSubject(name: name, clientID: clientID) else { continue }
                known[subject] = BackOff(reason: reason, nextAttemptAt: next)
            }
            return known
        }
    }

    /// Writes down that parts of a source work again.
    ///
    /// - Throws: `PostgresError`.
    package func endBackOff(_ subjects: Set<BackOffSubject>, of source: String) async throws {
        guard !subjects.isEmpty else { return }
        let subjects = Array(subjects)
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.back_off AS known SET failures = 0, last_error = '', next_attempt_at = NULL
                FROM ingest.source AS source,
                    unnest(\(subjects.map(\.name))::text[], \(subjects.map(\.clientID))::text[])
                        AS healed (subject, client_id)
                WHERE source.name = \(source)
                    AND known.source_key = source.source_key
                    AND known.subject = healed.subject
                    AND known.client_id = healed.client_id
                    AND known.failures > 0
                """)
        }
    }

    // MARK: - The source as a whole

    /// Writes down that a source as a whole could not work once more. Why is `markSourceFailed`'s.
    ///
    /// - Returns: when a schedule tries it again.
    /// - Throws: `PostgresError`.
    @discardableResult
    package func backOff(source: String, times: BackOffTimes, now: Date) async throws -> Date {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                UPDATE ingest.source SET
                    failures = failures + 1,
                    next_attempt_at = \(now)::timestamptz + make_interval(secs => least(
                        \(times.longest.timeInterval), \(times.first.timeInterval) * power(2, least(failures, 30))
                    ))
                WHERE name = \(source)
                RETURNING next_attempt_at
                """)
            guard let next = try rows.first?.decode(Date.self) else {
                throw PostgresError.invalidValue("there is no source \(source) that could back off")
            }
            return next
        }
    }

    /// Until when a source as a whole is left alone, if it failed since a moment.
    ///
    /// - Parameters:
    ///   - source: its name in the configuration.
    ///   - moment: failures before it do not count.
    /// - Returns: nil when it is not.
    /// - Throws: `PostgresError`.
    package func backOff(ofSource source: String, failedSince moment: Date) async throws -> BackOff? {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                SELECT last_error, next_attempt_at FROM ingest.source
                WHERE name = \(source) AND failures > 0 AND next_attempt_at IS NOT NULL
                    AND last_error_at >= \(moment)::timestamptz
                """)
            guard let (reason, next) = try rows.first?.decode(String.self, Date.self) else { return nil }
            return BackOff(reason: reason, nextAttemptAt: next)
        }
    }

    /// Writes down that a source as a whole could work.
    ///
    /// - Throws: `PostgresError`.
    package func endBackOff(ofSource source: String) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.source SET failures = 0, next_attempt_at = NULL
                WHERE name = \(source) AND (failures > 0 OR next_attempt_at IS NOT NULL)
                """)
        }
    }
}
