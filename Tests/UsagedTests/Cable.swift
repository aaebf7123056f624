import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// A cable between two network namespaces: to the processes in them, these are two machines, and the cable can be pulled.
///
/// An ordinary user makes them in a user namespace of their own, where only its own id exists, so that PostgreSQL, which
/// refuses root, can run in them.
struct Cable: Sendable {
    enum End: String {
        case near, far
    }

    /// Address of the near end.
    let address = "10.77.0.1"
    private let keepers: [String: String]
    private let orders: FileDescriptor

    /// Lends a cable. It goes with its namespaces, and these with the process that keeps them, however we end.
    ///
    /// - Throws: ``CableUnavailable`` where the machine does not let us make namespaces; what `body` throws.
    static func with(_ body: @Sendable (Cable) async throws -> Void) async throws {
        let (reader, orders) = try FileDescriptor.pipe()
        _ = fcntl(orders.rawValue, F_SETFD, FD_CLOEXEC)
        defer { try? orders.close() }
        let isRoot = geteuid() == 0
        let flags = isRoot ? [] : ["--user", "--map-current-user", "--keep-caps"]
        _ = try await run(
            .path("/bin/sh"), arguments: Arguments(["-c", script, "cable"] + flags),
            input: .fileDescriptor(reader, closeAfterSpawningProcess: true), output: .sequence, error: .discarded
        ) { execution in
            var said: [String] = []
            for try await line in execution.standardOutput.strings() {
                let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
                guard words.first == "ready", words.count == 3 else {
                    said.append(line)
                    continue
                }
                do {
                    try await body(Cable(keepers: ["near": words[1], "far": words[2]], orders: orders))
                    try orders.writeAll("end\n".utf8)
                } catch {
                    _ = try? orders.writeAll("end\n".utf8)
                    throw error
                }
                return
            }
            throw CableUnavailable(reason: said.joined(), isRoot: isRoot)
        }
    }

    /// What makes a program run at one end: the program and its arguments follow.
    func launcher(_ end: End) -> [String] {
        let keeper = "/proc/\(keepers[end.rawValue] ?? "")/ns"
        let user = geteuid() == 0 ? [] : ["--user=\(keeper)/user", "--preserve-credentials"]
        return ["/usr/bin/nsenter"] + user + ["--net=\(keeper)/net"]
    }

    /// Pulls the cable out of the far end, or plugs it in again. The near end still has its address and its routes, and
    /// what it sends is lost, as when a network breaks somewhere far away.
    func pull(_ isPulled: Bool) throws {
        try orders.writeAll("\(isPulled ? "down" : "up")\n".utf8)
    }

    /// A socket that listens on 127.0.0.1 at one end.
    ///
    /// - Throws: ``NotHandedOver``.
    func listener(_ end: End) async throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw NotHandedOver(reason: "socketpair: \(errno)")
        }
        defer { close(ends[0]) }
        let command = launcher(end) + [Repository.builtProduct("namespace-listener")]
        let result = try await run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            input: .fileDescriptor(FileDescriptor(rawValue: ends[1]), closeAfterSpawningProcess: true),
            output: .discarded, error: .string(limit: 4_096))
        guard result.terminationStatus.isSuccess, let listener = Self.receive(from: ends[0]) else {
            throw NotHandedOver(reason: result.standardError)
        }
        return listener
    }

    /// Takes a descriptor that another process handed over.
    private static func receive(from socket: Int32) -> Int32? {
        var control: [UInt64] = [0, 0, 0]
        var byte: UInt8 = 0
        return control.withUnsafeMutableBytes { control in
            let received = withUnsafeMutableBytes(of: &byte) { byte in
                var part = iovec(iov_base: byte.baseAddress, iov_len: 1)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    return recvmsg(socket, &message, Int32(MSG_CMSG_CLOEXEC))
                }
            }
            guard received == 1, control.load(as: Int.self) == 20 else { return nil }
            return control.load(fromByteOffset: 16, as: Int32.self)
        }
    }

    /// Keeps both namespaces until it is told to end, or its input ends. All it has to say goes to its output.
    private static let script = #"""
        exec 2>&1
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        export PATH
        command -v ip >/dev/null || { echo "there is no program ip"; exit 1; }
        exec unshare "$@" --net sh -ec '
            unshare --net sleep infinity &
            far=$!
            trap "kill $far" EXIT
            there() { nsenter --net=/proc/$far/ns/net "$@"; }
            # The child is a namespace of its own only when unshare has come so far.
            while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
            ip link add near type veth peer name far netns $far
            ip address add 10.77.0.1/30 dev near
            ip link set lo up
            ip link set near up
            there ip address add 10.77.0.2/30 dev far
            there ip link set lo up
            there ip link set far up
            echo "ready $$ $far"
            while read -r order && [ "$order" != end ]; do there ip link set far "$order"; done
        '
        """#
}

/// Network namespaces cannot be made here.
struct CableUnavailable: Error, CustomStringConvertible {
    let reason: String
    let isRoot: Bool

    var description: String {
        let remedy =
            isRoot
            ? "in a container root needs CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged)"
            : "let users make user namespaces (sysctl user.max_user_namespaces and, where they exist, "
                + "kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0), or test as root"
        return "no network namespaces can be made, and a link cannot be cut: \(reason)\n"
            + "Install what they are made with (apt-get install iproute2); \(remedy)."
    }
}

/// A socket did not come from the other namespace.
struct NotHandedOver: Error {
    let reason: String
}
