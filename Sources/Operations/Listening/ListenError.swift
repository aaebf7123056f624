import Glibc
import NIOCore

/// Why nothing can be served at an address.
package enum ListenError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process listens there; it may go away.
    case inUse(address: String)
    /// This machine has no such address, or no such name is known.
    case notOurs(address: String)
    /// A port below 1024 takes a right that the process does not have.
    case notPermitted(address: String)
    /// Whatever else the kernel says.
    case other(address: String, reason: String)

    /// - Parameters:
    ///   - error: what binding the address threw.
    ///   - address: as the configuration spells it.
    init(_ error: any Error, at address: String) {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE: self = .inUse(address: address)
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL: self = .notOurs(address: address)
        case let error as IOError where error.errnoCode == EACCES: self = .notPermitted(address: address)
        case let error as IOError:
            self = .other(address: address, reason: String(cString: strerror(error.errnoCode)))
        case is SocketAddressError, is SocketAddressError.UnknownHost: self = .notOurs(address: address)
        default: self = .other(address: address, reason: "\(error)")
        }
    }

    /// Whether only another configuration helps.
    package var isMisconfigured: Bool {
        switch self {
        case .notOurs, .notPermitted: true
        case .inUse, .other: false
        }
    }

    package var description: String {
        switch self {
        case .inUse(let address):
            """
            listen: \(address) is in use, probably by another usaged on this machine; \
            `ss -ltnp` shows by whom. End that process, choose another port, or switch health and metrics off with \
            listen: ""
            """
        case .notOurs(let address):
            """
            listen: \(address) is no address of this machine. Choose one that `ip address` shows, or 127.0.0.1, or \
            0.0.0.0 for all of them
            """
        case .notPermitted(let address):
            "listen: \(address) may be used by root only; choose a port from 1024 on"
        case .other(let address, let reason):
            "listen: nothing can be served at \(address): \(reason)"
        }
    }
}
