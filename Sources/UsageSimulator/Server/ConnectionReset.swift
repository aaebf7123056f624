import Glibc
import NIOCore

/// Closes a connection so that the other side sees a reset instead of an orderly end.
enum ConnectionReset {
    static func reset(_ channel: any Channel) async throws {
        // Without lingering the kernel sends RST on close.
        let lingering = linger(l_onoff: 1, l_linger: 0)
        try await (channel as? any SocketOptionProvider)?.setSoLinger(lingering).get()
        try await channel.close()
    }
}
