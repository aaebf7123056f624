import Postgres

/// The name of an advisory lock of the database, as one expression and as its row in `pg_locks`.
struct LockName {
    /// The text that is hashed.
    private let text: String

    /// What precedes the name of a source in the lock of whoever works on it.
    private static let workPrefix = "usaged source "

    /// The lock of whoever works on a source.
    static func work(on source: String) -> LockName { LockName(text: workPrefix + source) }

    /// The key of the same lock, of a source whose name is an SQL expression.
    static func key(ofWorkOn source: SQL) -> SQL { "hashtextextended(\(workPrefix)::text || \(source), 0)" }

    /// The key of the lock that every living process has which is configured for a source whose name is an SQL expression.
    static func key(ofPresenceFor source: SQL) -> SQL { "hashtextextended('usaged configured ' || \(source), 0)" }

    /// The key, a `bigint`.
    var key: SQL { "hashtextextended(\(text)::text, 0)" }

    /// The locks of `pg_locks` whose key is the expression: a 64-bit key stands there in two halves (manual, 54.12).
    static func isRow(ofKey key: SQL) -> SQL {
        """
        pg_locks.locktype = 'advisory' AND pg_locks.objsubid = 1
            AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pg_locks.classid = ((\(key) >> 32) & 4294967295)::oid
            AND pg_locks.objid = (\(key) & 4294967295)::oid
        """
    }
}
