/// The server's error codes (PostgreSQL manual, appendix A).
enum SQLState {
    /// Whether the same call may succeed later, without anybody changing the statement or its values.
    static func isTransient(_ sqlState: String) -> Bool {
        guard !lastingCodes.contains(sqlState) else { return false }
        return transientClasses.contains(String(sqlState.prefix(2))) || transientCodes.contains(sqlState)
    }

    /// Whether the session itself may be what cannot write: a setting or a standby that a new connection need not meet.
    static func isReadOnly(_ sqlState: String?) -> Bool { sqlState == "25006" }

    private static let transientClasses: Set<String> = [
        "08",  // connection exception, also as a pooler between us and the server words it
        "40",  // transaction rollback: serialization_failure, deadlock_detected, also a standby's recovery conflict
        "53",  // insufficient resources: disk_full, out_of_memory, too_many_connections
        "57",  // operator intervention: shutdown, crash of another session, "starting up", idle_session_timeout
        "58",  // system error: io_error, a file that is missing because its file system is
    ]

    private static let transientCodes: Set<String> = [
        "25006",  // read_only_sql_transaction: a standby before it is promoted, or default_transaction_read_only
        "55006",  // object_in_use
        "55P03",  // lock_not_available, also by lock_timeout
    ]

    /// Of those classes, what waiting does not help against.
    private static let lastingCodes: Set<String> = [
        "08P01",  // protocol_violation: the same COPY would violate it again
        "53400",  // configuration_limit_exceeded: temp_file_limit will be exceeded again
        "57014",  // query_canceled: an administrator, or the login's statement_timeout, wants no more of it
        "57P04",  // database_dropped
    ]
}
