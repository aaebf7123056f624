/// The server's error codes (PostgreSQL manual, appendix A).
enum SQLState {
    /// Whether the same call may succeed later.
    static func isTransient(_ sqlState: String) -> Bool {
        // Class 40, transaction rollback: serialization_failure, deadlock_detected.
        sqlState.hasPrefix("40") || transientCodes.contains(sqlState)
    }

    private static let transientCodes: Set<String> = [
        "53000",  // insufficient_resources
        "53200",  // out_of_memory
        "53300",  // too_many_connections
        "55006",  // object_in_use
        "55P03",  // lock_not_available, also by lock_timeout
        "57P01",  // admin_shutdown
        "57P02",  // crash_shutdown
        "57P03",  // cannot_connect_now
        "57P05",  // idle_session_timeout
    ]
}
