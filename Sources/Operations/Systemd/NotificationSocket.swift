import Glibc

/// Where systemd listens to the service: one datagram a message to the socket that `$NOTIFY_SOCKET` names.
///
/// Sending never blocks, never fails the work, and opens a socket for the moment only: messages are rare.
package struct NotificationSocket: Sendable {
    private let address: sockaddr_un
    private let length: socklen_t

    /// - Parameter environment: the variables of the process. Without `NOTIFY_SOCKET`, or with one that is neither an
    ///   absolute path nor an abstract name (`@…`), nobody listens.
    package init?(environment: [String: String]) {
        guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@"), name.utf8.count > 1
        else { return nil }
        var bytes = Array(name.utf8)
        // An abstract name begins with NUL and ends where the length says; a path ends with NUL.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { path in
            guard bytes.count <= path.count else { return false }
            path.copyBytes(from: bytes)
            return true
        }
        guard fits else { return nil }
        self.address = address
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
        length = socklen_t(offset + bytes.count)
    }

    /// Sends all of them in one datagram.
    ///
    /// - Returns: whether systemd has it; it may be behind, or being executed anew, and must be told again then.
    package func send(_ notifications: [ServiceNotification]) -> Bool {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let message = Array(notifications.map(\.text).joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        return sent == message.count
    }
}
