/// What a connection runs over, as libpq made it.
package struct PostgresLink: Equatable, Sendable {
    /// The host's name or address, or the folder of a unix socket.
    package let host: String
    /// The option `sslmode` as it was used, whether it came from the connection string, a service or the environment.
    package let sslMode: String
    package let isEncrypted: Bool

    package init(host: String, sslMode: String, isEncrypted: Bool) {
        self.host = host
        self.sslMode = sslMode
        self.isEncrypted = isEncrypted
    }

    /// Whether nobody on a network can listen or answer in the server's place.
    package var isLocal: Bool {
        // A folder, or a name in Linux' abstract namespace of sockets.
        if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { return true }
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Whether the server has proved with a certificate that it is the one that was named (PostgreSQL manual, 34.19.1).
    package var isVerified: Bool {
        isEncrypted && sslMode == "verify-full"
    }
}

extension PostgresConnection {
    /// What the connection runs over; all of it empty once it is closed.
    package var link: PostgresLink {
        PostgresLink(host: pq.host, sslMode: pq.option("sslmode") ?? "", isEncrypted: pq.isEncrypted)
    }
}
