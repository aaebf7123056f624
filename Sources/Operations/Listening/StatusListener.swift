import HTTPTypes
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves the ``StatusPages`` over HTTP, as a service of its own: it answers from the first moment to the last, whatever
/// the work waits for.
package struct StatusListener: Service, CustomStringConvertible {
    /// How much of others' time and memory is spent on one connection, and how many there are.
    package struct Limits: Sendable {
        /// Longest head of a request, in bytes.
        package var head = 8_192
        /// Connections at once; others wait in the kernel's queue.
        package var connections = 64
        /// How long a connection may be idle, also in the middle of a request.
        package var idleTime = Duration.seconds(5)
        /// How long a connection may last in all.
        package var lifetime = Duration.seconds(60)

        package init() {}
    }

    package let description = "health and metrics"
    private let pages: StatusPages
    private let host: String
    private let port: UInt16
    private let limits: Limits
    private let logger: Logger
    private let onListening: @Sendable (UInt16) -> Void

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - pages: what is served.
    ///   - host: a name or an IP address of this machine, an IPv6 address without brackets.
    ///   - port: 0 takes any free one.
    ///   - limits: of a connection.
    ///   - logger: gets one line when it listens.
    ///   - onListening: is told the port then.
    package init(
        _ pages: StatusPages,
        host: String,
        port: UInt16,
        limits: Limits = Limits(),
        logger: Logger,
        onListening: @escaping @Sendable (UInt16) -> Void = { _ in }
    ) {
        self.pages = pages
        self.host = host
        self.port = port
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
    }

    /// Listens until it is asked to stop.
    ///
    /// - Throws: `ListenError` when the address cannot be used.
    package func run() async throws {
        do {
            try await server.run()
        } catch {
            throw ListenError(error, at: address(port))
        }
    }

    private var server: Server<HTTP1Channel> {
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = limits.head
        decoder.maxHeaderListSize = limits.head
        decoder.maxHeaderFieldCount = 100
        let lifetime = TimeAmount(limits.lifetime)
        let channel = HTTP1Channel(
            responder: { [pages] request, writer, _ in
                let answer = await pages.answer(method: request.method.rawValue, path: request.uri.path)
                let response = Self.response(answer)
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionDeadline(lifetime)],
                idleTimeout: TimeAmount(limits.idleTime),
                httpDecoderConfiguration: decoder))
        return Server(
            childChannelSetup: channel,
            configuration: ServerConfiguration(
                address: .hostname(host, port: Int(port)),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: serverLogger)),
            onServerRunning: { [onListening, logger] channel in
                let bound = channel.localAddress?.port.flatMap(UInt16.init(exactly:)) ?? port
                logger.info("health and metrics are served", metadata: ["address": "\(address(bound))"])
                onListening(bound)
            },
            eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
            logger: serverLogger)
    }

    private var serverLogger: Logger {
        Logger(label: logger.label) { [handler = logger.handler] _ in ServerLogHandler(handler) }
    }

    private func address(_ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func response(_ answer: StatusPages.Answer) -> Response {
        var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-store"]
        if let allow = answer.allow { headers[.allow] = allow }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }
}
