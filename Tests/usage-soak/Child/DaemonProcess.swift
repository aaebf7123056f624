import FoundationEssentials
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// The daemon as a process of its own: this executable with another command, started again whenever it ends.
final class DaemonProcess: Sendable {
    private struct State {
        var process: pid_t?
        var isWanted = true
        var wasKilled = false
        var starts = 0
        var endings: [Int32: Int] = [:]
        var lastStatus: Int32 = 0
    }

    private let arguments: [String]
    private let environment: [String: String]
    /// Where the daemon's log goes, of all its lives.
    let logFile: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - arguments: of the command `daemon`.
    ///   - environment: added to this process's own; holds the secrets.
    ///   - logFile: where the log goes.
    init(arguments: [String], environment: [String: String], logFile: String) {
        self.arguments = arguments
        self.environment = environment
        self.logFile = logFile
    }

    /// How often it was started.
    var starts: Int { state.withLock { $0.starts } }

    /// Exit statuses of lives that nobody had asked to end, and how often there was each.
    var unaskedEndings: [Int32: Int] { state.withLock { $0.endings } }

    /// How it ended when it was asked to.
    var lastStatus: Int32 { state.withLock { $0.lastStatus } }

    /// Starts the daemon, and again whenever it ends, until ``stop()``.
    ///
    /// - Throws: when it cannot be started; `CancellationError`.
    func keepRunning() async throws {
        while state.withLock({ $0.isWanted }) {
            let status = try await live(arguments)
            let isUnasked = state.withLock { state in
                defer { state.wasKilled = false }
                state.lastStatus = status
                return state.isWanted && !state.wasKilled
            }
            guard isUnasked else { continue }
            state.withLock { $0.endings[status, default: 0] += 1 }
            // As systemd does: a program that fails at once is not started a thousand times a second.
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Runs the command once with more arguments, to its end.
    ///
    /// - Returns: its exit status, or 128 and the signal's number.
    func runOnce(_ more: [String]) async throws -> Int32 {
        try await live(arguments + more)
    }

    /// Kills it, in the midst of whatever it does; false when there is nothing to kill.
    func kill9() -> Bool {
        state.withLock { state in
            guard let process = state.process, kill(process, SIGKILL) == 0 else { return false }
            state.wasKilled = true
            return true
        }
    }

    /// Asks it to end, for good.
    func stop() {
        state.withLock { state in
            state.isWanted = false
            if let process = state.process { kill(process, SIGTERM) }
        }
    }

    private func live(_ arguments: [String]) async throws -> Int32 {
        let log = try FileDescriptor.open(
            FilePath(logFile), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        let environment = Environment.inherit.updating(
            Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), Optional($1)) }))
        state.withLock { $0.starts += 1 }
        let result = try await run(
            .path("/proc/self/exe"), arguments: Arguments(["daemon"] + arguments), environment: environment,
            input: .none, output: .discarded, error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { execution in
            let process = execution.processIdentifier.value
            let isWanted = state.withLock { state in
                state.process = process
                return state.isWanted
            }
            // Asked to end between the decision to start it and now.
            if !isWanted, !arguments.contains("--refetch") { kill(process, SIGTERM) }
        }
        state.withLock { $0.process = nil }
        return switch result.terminationStatus {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }
}
