/// Why a private cluster could not be started, stopped or started again.
package enum EphemeralPostgresError: Error, Sendable, CustomStringConvertible {
    /// No directory holds `initdb`, `pg_ctl` and `postgres`; the directories that were looked at.
    case serverNotInstalled(lookedIn: [String])
    /// We are root, which PostgreSQL refuses, and the system has neither of the users it could run as.
    case noUnprivilegedUser(tried: [String])
    /// A system call of ours failed before the server was involved.
    case system(call: String, errno: Int32)
    /// `initdb` or the server did not start; the end of what they wrote.
    case startFailed(log: String)
    /// The server could not be stopped; what `pg_ctl` answered.
    case stopFailed(output: String)

    package var description: String {
        switch self {
        case .serverNotInstalled(let directories):
            """
            no PostgreSQL server found (initdb, pg_ctl and postgres in one directory); install the Debian package \
            "postgresql" (apt-get install postgresql) or put its bin directory into PATH; \
            looked in: \(directories.joined(separator: ", "))
            """
        case .noUnprivilegedUser(let names):
            "PostgreSQL does not run as root and none of these users exists: \(names.joined(separator: ", "))"
        case .system(let call, let number):
            "\(call) failed with errno \(number) while a private PostgreSQL was started"
        case .startFailed(let log):
            "the private PostgreSQL server did not start; the end of its log:\n\(log)"
        case .stopFailed(let output):
            "the private PostgreSQL server could not be stopped: \(output)"
        }
    }
}
