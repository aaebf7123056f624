import Glibc
import Synchronization

/// Listens in systemd's place: a datagram socket that keeps what a service says.
package final class NotificationListener: Sendable {
    /// A value of `$NOTIFY_SOCKET`.
    package let name: String
    private let descriptor: Int32
    private let heard = Mutex<[String]>([])

    /// - Parameter name: an absolute path, or an abstract name that begins with `@`.
    /// - Throws: `SocketError` when the socket cannot be had.
    package init(at name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", errno: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix($0.count)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard bound == 0 else {
            let number = errno
            close(descriptor)
            throw SocketError(call: "bind", errno: number)
        }
    }

    deinit {
        close(descriptor)
        if name.hasPrefix("/") { unlink(name) }
    }

    /// All assignments that have arrived, in their order.
    package var assignments: [String] {
        heard.withLock { heard in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return heard }
                heard += String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
            }
        }
    }

    /// How often this assignment has arrived.
    package func count(of assignment: String) -> Int {
        assignments.count { $0 == assignment }
    }

    /// Whether an assignment that begins so has arrived.
    package func hasHeard(_ beginning: String) -> Bool {
        assignments.contains { $0.hasPrefix(beginning) }
    }
}
