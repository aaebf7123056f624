import Glibc
import Synchronization
import Testing

/// A TCP proxy before 127.0.0.1 which can stop forwarding, as a cut network does: nothing arrives, nothing ends.
final class FaultProxy: Sendable {
    let port: UInt16
    private let upstream: UInt16
    private let listener: Int32
    private let isFrozen = Atomic(false)
    private let sockets = Mutex<[Int32]>([])

    init(to upstream: UInt16) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        try #require(isBound)
        self.upstream = upstream
        self.listener = listener
        self.port = UInt16(bigEndian: address.sin_port)
        start { $0.accept() }
    }

    func freeze() { isFrozen.store(true, ordering: .releasing) }

    /// Ends all connections, and with them the threads.
    func close() {
        sockets.withLock { sockets in
            for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.loopback(upstream)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            sockets.withLock { $0 += [client, server] }
            start { $0.forward(from: client, to: server) }
            start { $0.forward(from: server, to: client) }
        }
    }

    private func forward(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            if !isFrozen.load(ordering: .acquiring) { _ = send(target, buffer, count, Int32(MSG_NOSIGNAL)) }
        }
        if !isFrozen.load(ordering: .acquiring) { shutdown(target, Int32(SHUT_RDWR)) }
    }

    private func start(_ body: @escaping @Sendable (FaultProxy) -> Void) {
        final class Start: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start { body(self) })
        pthread_create(
            &thread, nil,
            {
                if let argument = $0 { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }; return nil
            }, start.toOpaque())
        pthread_detach(thread)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
