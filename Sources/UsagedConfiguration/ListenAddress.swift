/// A host and port to serve health and metrics on.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an IP address; an IPv6 address is without its brackets.
    package let host: String
    /// 0 takes any free port.
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The address of a file that leaves out `listen`.
    package static let standard = ListenAddress(host: "127.0.0.1", port: 9464)

    /// The spelling of the file: `127.0.0.1:9464`, `[::1]:9464`.
    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
