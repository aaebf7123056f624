import Glibc
import Subprocess
import SystemPackage

/// A private PostgreSQL cluster in a temporary directory, which leaves nothing behind however its process ends.
///
/// It listens on a unix socket in its directory, trusts whoever can reach it, and has one role, `postgres`. When we
/// are root the server runs as `postgres` or `nobody`. A guard process, which survives us, stops it and removes its
/// directory.
package final class EphemeralPostgres: Sendable {
    /// How the server is asked to stop.
    package enum StopMode: String, Sendable {
        /// When the last client has gone.
        case smart
        /// Clients are disconnected and their transactions rolled back.
        case fast
        /// At once, without a checkpoint: the next start recovers from the log.
        case immediate
    }

    /// The port of the unix socket and, where asked for, of 127.0.0.1.
    package let port: UInt16
    /// The directory of the unix socket.
    package var socketDirectory: String { clusterGuard.directory }
    /// The unix socket itself.
    package var socketPath: String { "\(clusterGuard.directory)/.s.PGSQL.\(port)" }

    private let binaries: ServerBinaries
    private let user: ServerUser
    private let clusterGuard: ClusterGuard

    private init(port: UInt16, binaries: ServerBinaries, user: ServerUser, clusterGuard: ClusterGuard) {
        self.port = port
        self.binaries = binaries
        self.user = user
        self.clusterGuard = clusterGuard
    }

    /// Lends a cluster to `body` and removes it afterwards, also when `body` throws or the task is cancelled.
    ///
    /// - Throws: ``EphemeralPostgresError`` when the cluster does not start, else what `body` throws.
    package static func withCluster<R: Sendable>(
        _ options: Options = Options(),
        _ body: (EphemeralPostgres) async throws -> R
    ) async throws -> R {
        let cluster = try await start(options)
        do {
            let result = try await body(cluster)
            await cluster.remove()
            return result
        } catch {
            await cluster.remove()
            throw error
        }
    }

    /// Starts a cluster that lives as long as the process, or until ``remove()`` or the last reference to it.
    ///
    /// For a test process, which has no scope around all of its tests; elsewhere take ``withCluster(_:_:)``.
    /// - Throws: ``EphemeralPostgresError``, with the end of the server's log when it did not start.
    package static func start(_ options: Options = Options()) async throws -> EphemeralPostgres {
        let binaries = try await ServerBinaries.locate()
        let user = try ServerUser.choose(launcher: options.launcher)
        var attemptsLeft = options.listensOnTCP ? 5 : 1
        while true {
            attemptsLeft -= 1
            let port: UInt16 = options.listensOnTCP ? try freePort() : 5432
            do {
                let clusterGuard = try await ClusterGuard.start(
                    binaries: binaries,
                    user: user,
                    parentDirectory: options.parentDirectory,
                    configuration: options.configuration(port: port)
                )
                return EphemeralPostgres(port: port, binaries: binaries, user: user, clusterGuard: clusterGuard)
            } catch EphemeralPostgresError.startFailed(let log) where attemptsLeft > 0 && log.contains("in use") {
                continue  // another process took the port between our look and the server's
            }
        }
    }

    /// A libpq connection string over the unix socket.
    package func conninfo(database: String = "postgres") -> String {
        "host=\(socketDirectory) port=\(port) user=postgres dbname=\(database)"
    }

    /// A libpq connection string over 127.0.0.1; only for a cluster that listens there.
    package func tcpConninfo(database: String = "postgres") -> String {
        "host=127.0.0.1 port=\(port) user=postgres dbname=\(database)"
    }

    /// Stops the server and removes the cluster. Waits for that, unless the task is cancelled: then it happens a
    /// moment later.
    package func remove() async {
        clusterGuard.release()
        // The guard needs a fraction of a second; a guard that was killed would never be done.
        let deadline = ContinuousClock.now + .seconds(60)
        while !clusterGuard.isGone, ContinuousClock.now < deadline {
            do {
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                return
            }
        }
    }
}

// MARK: - Faults of the server, for a cluster of one's own

extension EphemeralPostgres {
    /// Stops the server; the data stay for ``startAgain()``.
    ///
    /// - Throws: ``EphemeralPostgresError/stopFailed(output:)``.
    package func stop(_ mode: StopMode = .fast) async throws {
        let (succeeded, output) = try await control("stop", "-m", mode.rawValue, "-w", "-t", "30")
        guard succeeded else { throw EphemeralPostgresError.stopFailed(output: output) }
    }

    /// Starts the server that was stopped or killed, on the same data, socket and port.
    ///
    /// Should our process be killed right in here, the server may outlive its directory by up to a minute: then it
    /// notices that its lock file is gone, and ends.
    /// - Throws: ``EphemeralPostgresError/startFailed(log:)``.
    package func startAgain() async throws {
        removeLockFilesOfDeadServer()
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let (succeeded, output) = try await control("start", "-l", "\(socketDirectory)/log", "-w", "-t", "60")
            if succeeded { return }
            // The processes of a killed server end by themselves when they notice; until then its memory is in use.
            let log = await endOfLog()
            guard log.contains("pre-existing shared memory"), ContinuousClock.now < deadline else {
                throw EphemeralPostgresError.startFailed(log: "\(output)\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Stops the server and starts it again.
    package func restart(_ mode: StopMode = .fast) async throws {
        try await stop(mode)
        try await startAgain()
    }

    /// Starts the server that was stopped or killed as a hot standby, which answers and takes no writes until
    /// `pg_promote()`: what a client meets in the middle of a failover.
    ///
    /// - Throws: ``EphemeralPostgresError/startFailed(log:)``, ``EphemeralPostgresError/system(call:errno:)``.
    package func startAgainAsStandby() async throws {
        let signal = open("\(socketDirectory)/data/standby.signal", O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard signal >= 0 else { throw EphemeralPostgresError.system(call: "open", errno: errno) }
        // Whatever the umask: the server, which is another user when we are root, opens it for writing.
        fchmod(signal, 0o666)
        close(signal)
        try await startAgain()
    }

    /// Kills the server's main process with SIGKILL and returns when it is dead; its connections break.
    package func kill9() async throws {
        guard let server = serverProcess(), kill(server, SIGKILL) == 0 else {
            throw EphemeralPostgresError.stopFailed(output: "no server is running")
        }
        while isRunning(server) {
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func control(_ arguments: String...) async throws -> (succeeded: Bool, output: String) {
        let (output, succeeded) = try await user.run(
            binaries.path(of: "pg_ctl"), ["-D", "\(socketDirectory)/data"] + arguments)
        return (succeeded, output)
    }

    private func endOfLog() async -> String {
        let log = try? await run(
            .path("/usr/bin/tail"), arguments: ["-n", "40", "\(socketDirectory)/log"], output: .string(limit: 1 << 20))
        return log?.standardOutput ?? ""
    }

    private var lockFile: String { "\(socketDirectory)/data/postmaster.pid" }

    private func serverProcess() -> pid_t? {
        firstLine(of: lockFile).flatMap { pid_t($0) }
    }

    /// False also for a process that is dead but that nobody has waited for: in a container often nobody does.
    private func isRunning(_ process: pid_t) -> Bool {
        guard let status = firstLine(of: "/proc/\(process)/stat") else { return false }
        // "PID (name) STATE …"; the name may hold anything, hence from the end.
        return status.split(separator: ")").last?.hasPrefix(" Z") == false
    }

    /// The server refuses to start while a process of the number in these files exists, be it only a dead one.
    private func removeLockFilesOfDeadServer() {
        if let process = serverProcess(), !isRunning(process) {
            unlink(lockFile)
            unlink("\(socketPath).lock")
        }
    }

    private func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
