import Glibc
import UsagedConfiguration

/// Whether health and metrics could be served where the configuration says.
struct ListenExamination {
    private let address: ListenAddress?
    /// The sources for which a living process is configured, as the database knows.
    private let living: [String]

    init(_ address: ListenAddress?, living: [String]) {
        self.address = address
        self.living = living
    }

    func findings() -> [Finding] {
        guard let address else { return [.ok("listen", "turned off")] }
        guard let obstacle = obstacle(to: address) else { return [.ok("listen", "\(address) is free")] }
        guard obstacle == EADDRINUSE else {
            return [
                .fault(
                    "listen", "\(address) cannot be listened on: \(String(cString: strerror(obstacle)))",
                    remedy: "name an address of this machine and a port above 1023, or turn it off with listen: \"\"",
                    .command(.badConfiguration))
            ]
        }
        guard living.isEmpty else {
            return [
                .ok(
                    "listen",
                    "\(address) is taken, as it should be: a usaged is running for \(living.joined(separator: ", "))")
            ]
        }
        return [
            .fault(
                "listen", "\(address) is taken by another program",
                remedy: "see who has it (ss -ltnp 'sport = :\(address.port)'), and end that or name another port",
                .command(.unavailable))
        ]
    }

    /// Why a socket cannot be bound there, as the system's number; nil when it can.
    private func obstacle(to address: ListenAddress) -> Int32? {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &list) == 0, let first = list?.pointee else {
            return EADDRNOTAVAIL
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(first.ai_family, first.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), first.ai_protocol)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As servers do: a connection of the last one that lingers is no obstacle.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, Glibc.listen(descriptor, 1) == 0 else {
            return errno
        }
        return nil
    }
}
