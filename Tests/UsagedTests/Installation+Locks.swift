import Postgres

extension Installation {
    /// Where a session comes from.
    enum Origin: String {
        case here = "client_addr IS NULL"
        case elsewhere = "client_addr IS NOT NULL"
        case anywhere = "true"
    }

    /// How many sessions have the lock of the source.
    func holders(at origin: Origin = .anywhere) async throws -> Int {
        try await sessions("granted AND \(unsafe: origin.rawValue)")
    }

    /// How many sessions wait for the lock of the source.
    func waiters() async throws -> Int {
        try await sessions("NOT granted")
    }

    private func sessions(_ condition: SQL) async throws -> Int {
        try await texts(
            """
            SELECT pid::text
            FROM pg_locks
            INNER JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND objsubid = 1 AND (\(condition))
                AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND (classid::bigint << 32) | objid::bigint = hashtextextended('usaged source acme', 0)
            """
        ).count
    }

    /// The time by the server's clock, which is this machine's, in the form in which SQL reads it.
    func databaseTime() async throws -> String {
        try await texts("SELECT clock_timestamp()::text").first ?? ""
    }

    /// Seconds from a time of the server's to the moment at which a process took the source for the second time.
    func secondTaking(since time: String) async throws -> Double? {
        let seconds = try await texts(
            """
            SELECT extract(epoch FROM held_since - \(time)::timestamptz)::text
            FROM ingest.source
            WHERE name = 'acme' AND times_held = 2
            """)
        return seconds.first.flatMap(Double.init)
    }
}
