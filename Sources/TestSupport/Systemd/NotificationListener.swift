import Glibc
import Synchronization

/// Listens in systemd's place: a datagram socket that keeps what a service says.
package final class NotificationListener: Sendable {
    /// What was heard, shared with the thread that reads.
    private final class Record: Sendable {
        let assignments = Mutex<[String]>([])
    }

    /// A value of `$NOTIFY_SOCKET`.
    package let name: String
    private let descriptor: Int32
    private let record = Record()
    private let isReading: Bool

    /// - Parameters:
    ///   - name: an absolute path, or an abstract name that begins with `@`.
    ///   - isReading: whether what is said is read at once. The system keeps only so much of what nobody reads.
    /// - Throws: `SocketError` when the socket cannot be had.
    package init(at name: String, isReading: Bool = true) throws {
        self.name = name
        self.isReading = isReading
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
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
        guard isReading else { return }
        startThread { [descriptor, record] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                record.assignments.withLock { $0 += text.split(separator: "\n").map(String.init) }
            }
            close(descriptor)
        }
    }

    deinit {
        // Wakes the thread, which closes.
        if isReading { shutdown(descriptor, Int32(SHUT_RDWR)) } else { close(descriptor) }
        if name.hasPrefix("/") { unlink(name) }
    }

    /// All assignments that have arrived, in their order.
    package var assignments: [String] { record.assignments.withLock { $0 } }

    /// How often this assignment has arrived.
    package func count(of assignment: String) -> Int {
        assignments.count { $0 == assignment }
    }

    /// Whether an assignment that begins so has arrived.
    package func hasHeard(_ beginning: String) -> Bool {
        assignments.contains { $0.hasPrefix(beginning) }
    }
}
