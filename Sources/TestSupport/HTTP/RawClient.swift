import NIOCore
import NIOPosix

/// Says whatever it likes to a port of this machine.
package enum RawClient {
    /// Sends some text, leaves the connection open, and reads until the other side closes it.
    ///
    /// - Parameters:
    ///   - port: of 127.0.0.1.
    ///   - text: what is sent.
    /// - Returns: all that was answered, up to a reset of the connection if that is how it ended.
    /// - Throws: an error of the network when nobody listens.
    package static func talk(to port: UInt16, _ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(.seconds(120))
            .connect(host: "127.0.0.1", port: Int(port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ""
            do {
                for try await piece in inbound { answer += String(buffer: piece) }
            } catch is IOError {
                // Closed while we were still sending.
            }
            return answer
        }
    }

    /// Asks for a page on a connection of its own.
    ///
    /// - Parameters:
    ///   - path: of the page.
    ///   - method: of HTTP.
    ///   - port: of 127.0.0.1.
    /// - Returns: head and body.
    /// - Throws: as ``talk(to:_:)``.
    package static func get(_ path: String, method: String = "GET", at port: UInt16) async throws -> String {
        try await talk(to: port, "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    }
}
