import Glibc
import Subprocess

/// Whom the server runs as: ourselves, or another user when we are root, which PostgreSQL refuses.
struct ServerUser: Sendable {
    /// `nil` means: as ourselves.
    private let identity: (user: uid_t, group: gid_t)?

    /// - Throws: ``EphemeralPostgresError/noUnprivilegedUser(tried:)``.
    static func choose() throws -> ServerUser {
        guard geteuid() == 0 else { return ServerUser(identity: nil) }
        let names = ["postgres", "nobody"]
        for name in names {
            if let identity = lookUp(name) {
                return ServerUser(identity: identity)
            }
        }
        throw EphemeralPostgresError.noUnprivilegedUser(tried: names)
    }

    /// Options for a process of that user, in a session of its own: Ctrl-C at the terminal does not reach it.
    var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        if let identity {
            options.userID = identity.user
            options.groupID = identity.group
            options.supplementaryGroups = []
        }
        return options
    }

    private static func lookUp(_ name: String) -> (uid_t, gid_t)? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var strings = [CChar](repeating: 0, count: 16384)
        let isFound = getpwnam_r(name, &entry, &strings, strings.count, &found) == 0 && found != nil
        return isFound ? (entry.pw_uid, entry.pw_gid) : nil
    }
}
