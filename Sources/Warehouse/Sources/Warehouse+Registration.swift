import Postgres
import UsageDomain

extension Warehouse {
    /// Writes down which sources and datasets are configured, so that the views know what is owed. Nothing is taken away:
    /// what is not named may be another process's.
    ///
    /// - Parameter sources: all of a configuration.
    /// - Returns: names of other sources that count as configured although no living process says so at the moment, to be
    ///   looked at again and then dropped.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func register(_ sources: [SourceRegistration]) async throws -> [String] {
        try await pool.withTransaction { connection in
            // One daemon's configuration replaces another's as a whole, never halfway.
            // Under this lock nobody else inserts: no need for ON CONFLICT, which would lock every row, and so write
            // WAL, also when nothing changed.
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('usaged sources', 0))")
            let names = sources.map(\.name)
            let named: SQL = """
                unnest(
                    \(names)::text[], \(sources.map(\.kind))::text[], \(sources.map(\.clientID))::text[]
                ) AS named (name, kind, client_id)
                """
            try connection.execute(
                """
                UPDATE ingest.source AS known
                SET kind = named.kind, client_id = named.client_id, is_configured = true
                FROM \(named)
                WHERE known.name = named.name
                    AND (known.kind, known.client_id, known.is_configured) <> (named.kind, named.client_id, true)
                """)
            try connection.execute(
                """
                INSERT INTO ingest.source (name, kind, client_id, is_configured)
                SELECT named.name, named.kind, named.client_id, true
                FROM \(named)
                WHERE NOT EXISTS (SELECT FROM ingest.source AS known WHERE known.name = named.name)
                """)
            for source in sources {
                try Self.registerDatasets(of: source, on: connection)
            }
            return try connection.query(
                "SELECT name FROM ingest.source WHERE \(Self.isUnclaimed) AND name <> ALL (\(names)::text[])"
            ).map { try $0.decode(String.self) }
        }
    }

    /// Those of some sources that still count as configured although no living process says so.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func unclaimed(among names: [String]) async throws -> [String] {
        try await pool.withConnection(timeout: .seconds(4)) { connection in
            try connection.query(
                "SELECT name FROM ingest.source WHERE \(Self.isUnclaimed) AND name = ANY (\(names)::text[])"
            ).map { try $0.decode(String.self) }
        }
    }

    /// Sources that are no longer configured keep their stored days and owe no new ones; one for which a living process
    /// says by now that it is configured stays as it is.
    ///
    /// - Parameter names: what was seen without a living process for ``PresenceKeeper/longestGap``.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func drop(_ names: [String]) async throws {
        try await pool.withTransaction { connection in
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('usaged sources', 0))")
            try connection.execute(
                """
                UPDATE ingest.source SET is_configured = false
                WHERE \(Self.isUnclaimed) AND name = ANY (\(names)::text[])
                """)
        }
    }

    /// A row of `ingest.source` that counts as configured although no living process says so.
    private static var isUnclaimed: SQL {
        let presence = LockName.key(ofPresenceFor: "source.name")
        return "is_configured AND NOT EXISTS (SELECT FROM pg_locks WHERE \(LockName.isRow(ofKey: presence)))"
    }

    private static func registerDatasets(
        of source: SourceRegistration,
        on connection: isolated PostgresConnection
    ) throws {
        for asked in source.datasets {
            let stated: SQL = """
                (
                    SELECT source_key, \(asked.dataset.rawValue)::ingest.dataset AS dataset,
                        \(asked.startDate.sqlDate)::date AS start_date,
                        make_interval(secs => \(asked.settleAfter.timeInterval)) AS settle_after,
                        \(asked.byUser)::boolean AS by_user
                    FROM ingest.source WHERE name = \(source.name)
                ) AS stated
                """
            // Days stored with the other grouping are of another grain: they are owed anew.
            try connection.execute(
                """
                UPDATE ingest.coverage AS stored
                SET state = 'provisional', last_error = 'by-user was changed since: the day must be read again',
                    next_attempt_at = fetched_at
                FROM \(stated)
                INNER JOIN ingest.source_dataset AS known USING (source_key, dataset)
                INNER JOIN ingest.source AS source USING (source_key)
                WHERE known.by_user <> stated.by_user
                    AND stored.organization_key = source.organization_key
                    AND stored.dataset = stated.dataset
                    AND stored.row_count IS NOT NULL
                """)
            try connection.execute(
                """
                UPDATE ingest.source_dataset AS known SET
                    is_configured = true,
                    start_date = stated.start_date,
                    settle_after = stated.settle_after,
                    by_user = stated.by_user
                FROM \(stated)
                WHERE known.source_key = stated.source_key AND known.dataset = stated.dataset
                    AND (known.is_configured, known.start_date, known.settle_after, known.by_user)
                        <> (true, stated.start_date, stated.settle_after, stated.by_user)
                """)
            try connection.execute(
                """
                INSERT INTO ingest.source_dataset (
                    source_key, dataset, is_configured, start_date, settle_after, by_user
                )
                SELECT source_key, dataset, true, start_date, settle_after, by_user
                FROM \(stated)
                WHERE NOT EXISTS (
                    SELECT FROM ingest.source_dataset AS known
                    WHERE known.source_key = stated.source_key AND known.dataset = stated.dataset
                )
                """)
        }
        try connection.execute(
            """
            UPDATE ingest.source_dataset AS known SET is_configured = false
            FROM ingest.source AS source
            WHERE source.name = \(source.name)
                AND known.source_key = source.source_key
                AND known.is_configured
                AND known.dataset::text <> ALL (\(source.datasets.map(\.dataset.rawValue))::text[])
            """)
    }
}
