import NIOCore
import NIOPosix
package import NIOSSL

/// Ends TLS in front of a plain server, as a gateway does: bytes are passed on unseen in both directions.
package enum SecureFront {
    /// Runs a front with a server's identity.
    ///
    /// - Parameters:
    ///   - identity: what it shows to clients.
    ///   - port: of the plain server on 127.0.0.1.
    ///   - body: gets the port on 127.0.0.1 that speaks TLS.
    /// - Returns: what `body` returns.
    /// - Throws: what reading the identity and `body` throw.
    package static func run<Result>(
        as identity: TestAuthority.Identity,
        inFrontOf port: Int,
        _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let context = try NIOSSLContext(configuration: configuration(identity))
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                // Nothing is read before this has ended, so nothing is lost while the other side is dialled.
                ClientBootstrap(group: channel.eventLoop).connect(host: "127.0.0.1", port: port).flatMapThrowing {
                    peer in
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLServerHandler(context: context), Passing(to: peer))
                    try peer.pipeline.syncOperations.addHandler(Passing(to: channel))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(channel.localAddress?.port ?? 0)
            try await channel.close().get()
            return result
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    /// How a server with this identity speaks TLS.
    ///
    /// - Throws: what reading its files throws.
    package static func configuration(_ identity: TestAuthority.Identity) throws -> TLSConfiguration {
        TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(identity.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: identity.key, format: .pem)))
    }
}

/// Writes what one side sends to the other, and ends both together.
private final class Passing: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel

    init(to peer: any Channel) {
        self.peer = peer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        peer.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        peer.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
