import Glibc

/// A stream socket, with blocking calls that return what the system said.
struct Socket: Sendable {
    let descriptor: Int32

    /// Listens on a free port of 127.0.0.1.
    static func listener() throws -> (socket: Socket, port: UInt16) {
        let socket = try open(AF_INET)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let isListening = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket.descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && listen(socket.descriptor, 64) == 0
            }
        }
        guard isListening else { throw SocketError(call: "bind", errno: errno) }
        return try listener(on: socket.descriptor)
    }

    /// A TCP socket that listens already.
    static func listener(on descriptor: Int32) throws -> (socket: Socket, port: UInt16) {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        guard isNamed else { throw SocketError(call: "getsockname", errno: errno) }
        return (Socket(descriptor: descriptor), UInt16(bigEndian: address.sin_port))
    }

    static func connect(to upstream: FaultProxy.Upstream) throws -> Socket {
        switch upstream {
        case .unixSocket(let path):
            let socket = try open(AF_UNIX)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            return try socket.connected(to: &address)
        case .tcp(let host, let port):
            let socket = try open(AF_INET)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
                throw SocketError(call: "inet_pton", errno: EINVAL)
            }
            return try socket.connected(to: &address)
        }
    }

    func accept() -> Socket? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Socket(descriptor: accepted)
    }

    /// Whether there is something to read, the end included, within that time.
    func isReadable(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Waits until one of two has something to read, the end included.
    ///
    /// - Returns: 0 or 1, which of them it is; the first where both have.
    static func firstReadable(_ first: Socket, _ second: Socket) -> Int {
        var entries = [first, second].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while poll(&entries, 2, -1) <= 0 {}
        return entries[0].revents != 0 ? 0 : 1
    }

    /// What has arrived; empty at the end or after a fault.
    func read() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }

    func write(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// The peer reads what was sent, then the end.
    func finish() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// The peer of a TCP socket gets a reset at once; connecting to nowhere is the way that leaves the descriptor
    /// valid.
    func reset() {
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        _ = Glibc.connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }

    func close() {
        Glibc.close(descriptor)
    }

    private static func open(_ family: Int32) throws -> Socket {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", errno: errno) }
        return Socket(descriptor: descriptor)
    }

    private func connected<Address>(to address: inout Address) throws -> Socket {
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard outcome == 0 else {
            let number = errno
            close()
            throw SocketError(call: "connect", errno: number)
        }
        return self
    }
}

/// A system call on a socket failed.
struct SocketError: Error {
    let call: String
    let errno: Int32
}
