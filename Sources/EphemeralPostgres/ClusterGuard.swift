import Glibc

/// The shell process that makes a cluster, outlives us, and removes it.
///
/// It reads a pipe whose other end only we hold. However we end — return, Ctrl-C, kill -9 — the pipe closes; the
/// guard then stops the server and removes the directory. It lives in a session of its own and ignores the terminal's
/// signals. Its steps run one after the other, so a pipe that closes while `initdb` is at work is noticed right after
/// it.
struct ClusterGuard: Sendable {
    /// The cluster's directory: `data`, `log` and the unix socket are in it.
    let directory: String
    private let pipe: GuardPipe

    /// Makes and starts a cluster.
    ///
    /// - Throws: ``EphemeralPostgresError/startFailed(log:)`` with the end of the server's log; nothing is left
    ///   behind then.
    static func start(
        binaries: ServerBinaries,
        user: ServerUser,
        parentDirectory: String,
        configuration: String
    ) async throws -> ClusterGuard {
        let (reader, pipe) = try GuardPipe.open()
        let (answer, _) = try await user.run(
            "/bin/sh",
            ["-c", script, "usaged-postgres-guard", binaries.directory, parentDirectory, configuration],
            input: reader
        )
        guard let ready = answer.split(separator: "\n").last, ready.hasPrefix("ready ") else {
            throw EphemeralPostgresError.startFailed(log: answer)
        }
        return ClusterGuard(directory: String(ready.dropFirst("ready ".count)), pipe: pipe)
    }

    /// Tells the guard to stop the server and to remove the directory; it does so in its own time.
    func release() {
        pipe.close()
    }

    /// Whether the guard has removed the directory.
    var isGone: Bool {
        access(directory, F_OK) != 0
    }

    // The background part is the guard. It closes its output when the outcome is known: that ends the foreground part.
    // PIPE is ignored because we may be gone when the guard reports.
    private static let script = #"""
        bin=$1 parent=$2 configuration=$3
        umask 077
        trap '' INT TERM HUP PIPE
        exec 3<&0
        answer=$({
            directory=$(mktemp -d "$parent/usaged-postgres.XXXXXX") || exit 1
            data=$directory/data log=$directory/log
            if "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions \
                    >"$log" 2>&1 \
                && printf '%s' "$configuration" >>"$data/postgresql.conf" \
                && printf "unix_socket_directories = '%s'\n" "$directory" >>"$data/postgresql.conf" \
                && "$bin/pg_ctl" start -D "$data" -l "$log" -w -t 60 >>"$log" 2>&1
            then
                echo "ready $directory"
                exec >/dev/null 2>&1
                while read -r _; do :; done
            else
                tail -n 40 "$log"
            fi
            segment=$(sed -n '7s/.* //p' "$data/postmaster.pid" 2>/dev/null)
            "$bin/pg_ctl" stop -D "$data" -m immediate -w -t 20 >/dev/null 2>&1 \
                || { test -n "$segment" && ipcrm -m "$segment"; } >/dev/null 2>&1
            rm -rf "$directory"
        } <&3 3<&- 2>&1 &)
        printf '%s\n' "$answer"
        """#
}
