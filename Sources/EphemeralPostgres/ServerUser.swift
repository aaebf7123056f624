import Glibc
import Subprocess
import SystemPackage

/// Whom the server runs as: ourselves, or another user when we are root, which PostgreSQL refuses.
struct ServerUser: Sendable {
    /// `nil` means: as ourselves.
    private let identity: (user: uid_t, group: gid_t)?
    /// Starts all programs, while it still has our rights.
    private let launcher: [String]

    /// - Parameter launcher: see ``EphemeralPostgres/Options/launcher``.
    /// - Returns: whom to run the server as.
    /// - Throws: ``EphemeralPostgresError/noUnprivilegedUser(tried:)``.
    static func choose(launcher: [String] = []) throws -> ServerUser {
        guard geteuid() == 0 else { return ServerUser(identity: nil, launcher: launcher) }
        let names = ["postgres", "nobody"]
        for name in names {
            if let identity = lookUp(name) {
                return ServerUser(identity: identity, launcher: launcher)
            }
        }
        throw EphemeralPostgresError.noUnprivilegedUser(tried: names)
    }

    /// Runs a program as that user, in a session of its own: Ctrl-C at the terminal does not reach it.
    ///
    /// `setpriv` (util-linux, in every Debian) changes the user, not Subprocess: in the child of a process with threads
    /// Subprocess 1.0.2 calls glibc's `setgroups` and `setuid`, which wait for ever for threads that the child lacks.
    ///
    /// - Returns: What the program wrote, and whether it ended well.
    func run(
        _ program: String,
        _ arguments: [String],
        input: FileDescriptor? = nil
    ) async throws -> (output: String, succeeded: Bool) {
        var command = [program] + arguments
        if let identity {
            command =
                [
                    "/usr/bin/setpriv", "--reuid=\(identity.user)", "--regid=\(identity.group)", "--clear-groups", "--",
                ] + command
        }
        command = launcher + command
        var options = PlatformOptions()
        options.createSession = true
        let configuration = Configuration(
            executable: .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"]),
            workingDirectory: "/",
            platformOptions: options
        )
        if let input {
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .string(limit: 1 << 20),
                error: .combinedWithOutput
            )
            return (result.standardOutput, result.terminationStatus.isSuccess)
        }
        let result = try await Subprocess.run(
            configuration, input: .none, output: .string(limit: 1 << 20), error: .combinedWithOutput)
        return (result.standardOutput, result.terminationStatus.isSuccess)
    }

    private static func lookUp(_ name: String) -> (uid_t, gid_t)? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var strings = [CChar](repeating: 0, count: 16384)
        let isFound = getpwnam_r(name, &entry, &strings, strings.count, &found) == 0 && found != nil
        return isFound ? (entry.pw_uid, entry.pw_gid) : nil
    }
}
