import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// Another network namespace: to the processes in it, this one is another machine at the end of a cable that can be pulled.
struct NetworkNamespace: Sendable {
    /// Address of this machine at the cable.
    let address: String
    private let keeper: ProcessIdentifier
    private let cable: String

    /// Whether this process may make network namespaces: as root on a machine, not in every container.
    static var isAvailable: Bool {
        guard geteuid() == 0, access("/usr/sbin/ip", X_OK) == 0 || access("/sbin/ip", X_OK) == 0 else { return false }
        return system("unshare --net true 2>/dev/null") == 0
    }

    /// Lends a namespace. Its devices go with it.
    static func with(_ body: @Sendable (NetworkNamespace) async throws -> Void) async throws {
        // Distinct among the test processes of a machine.
        let number = Int(getpid())
        let (high, low) = (64 + number >> 8 & 63, number & 255)
        _ = try await run(
            .path("/usr/bin/unshare"), arguments: ["--net", "sleep", "3600"], input: .none, output: .discarded,
            error: .discarded
        ) { execution in
            let keeper = execution.processIdentifier
            let namespace = NetworkNamespace(
                address: "100.\(high).\(low).1", keeper: keeper, cable: "uda\(number)")
            do {
                try await namespace.plug(
                    ["uda\(number)", "udb\(number)"], "100.\(high).\(low).1/30", "100.\(high).\(low).2/30")
                try await body(namespace)
                kill(keeper.value, SIGKILL)
            } catch {
                kill(keeper.value, SIGKILL)
                throw error
            }
        }
    }

    /// The file that stands for it.
    var file: String { "/proc/\(keeper.value)/ns/net" }

    /// Pulls the cable, or plugs it in again.
    func pull(_ isPulled: Bool) async throws {
        try await Self.ip("link", "set", cable, isPulled ? "down" : "up")
    }

    /// What to give to `nsenter` to run a program in the namespace.
    func entering(_ program: String) -> [String] {
        ["--net=\(file)", program]
    }

    /// Lays a cable: one end here, the other there, each with an address.
    private func plug(_ ends: [String], _ here: String, _ there: String) async throws {
        // The child is a namespace of its own only when unshare has come so far.
        try await eventually("the namespace is there") {
            try Self.identity("self") != Self.identity("\(keeper.value)")
        }
        try await Self.ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1], "netns", "\(keeper.value)")
        try await Self.ip("address", "add", here, "dev", ends[0])
        try await Self.ip("link", "set", ends[0], "up")
        for arguments in [
            ["address", "add", there, "dev", ends[1]], ["link", "set", ends[1], "up"], ["link", "set", "lo", "up"],
        ] {
            try await Self.runToEnd("/usr/bin/nsenter", entering("ip") + arguments)
        }
    }

    private static func ip(_ arguments: String...) async throws {
        try await runToEnd("/usr/bin/env", ["ip"] + arguments)
    }

    private static func runToEnd(_ program: String, _ arguments: [String]) async throws {
        let result = try await run(
            .path(FilePath(program)), arguments: Arguments(arguments), output: .discarded,
            error: .string(limit: 4_096))
        guard result.terminationStatus.isSuccess else {
            throw CommandFailed(
                command: "\(program) \(arguments.joined(separator: " "))", message: result.standardError)
        }
    }

    /// The name of a process's network namespace, as `net:[4026531840]`.
    private static func identity(_ process: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/\(process)/ns/net", &buffer, buffer.count)
        guard length > 0 else { throw CommandFailed(command: "readlink", message: "\(errno)") }
        return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private struct CommandFailed: Error {
        let command: String
        let message: String
    }
}
