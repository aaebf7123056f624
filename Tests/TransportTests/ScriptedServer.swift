import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server that answers with raw bytes, for what no real server would do.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case send(String)
        case wait(milliseconds: Int64)
        /// Ends the connection properly.
        case close
        /// Ends it with a TCP reset.
        case reset
    }

    private let received = Mutex<[String]>([])
    private let play: @Sendable (_ number: Int) -> [Step]
    private let address = Mutex("")

    private init(play: @escaping @Sendable (Int) -> [Step]) {
        self.play = play
    }

    /// `http://127.0.0.1:PORT`.
    var baseURL: String { address.withLock { $0 } }
    /// Requests received, each as its bytes.
    var requests: [String] { received.withLock { $0 } }

    /// Runs a server; `play` says how the request of each number, from 1, is answered. Without a step that ends it, a
    /// connection stays open.
    static func run<Result>(
        tls: TLSConfiguration? = nil,
        _ play: @escaping @Sendable (_ number: Int) -> [Step],
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let server = ScriptedServer(play: play)
        let tlsContext = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tlsContext {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tlsContext))
                    }
                    try channel.pipeline.syncOperations.addHandler(Connection(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.address.withLock { $0 = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
        do {
            let result = try await body(server)
            try await channel.close().get()
            return result
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    /// An answer with a length.
    static func answer(_ status: Int, _ headers: [String] = [], body: String = "") -> Step {
        let lines = ["HTTP/1.1 \(status) Text", "Content-Length: \(body.utf8.count)"] + headers
        return .send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    fileprivate func steps(for request: String) -> [Step] {
        let number = received.withLock { requests in
            requests.append(request)
            return requests.count
        }
        return play(number)
    }
}

private final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: ScriptedServer
    private var bytes = ""

    init(server: ScriptedServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += String(buffer: unwrapInboundIn(data))
        guard let request = wholeRequest() else { return }
        bytes = ""
        perform(server.steps(for: request)[...], on: context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func wholeRequest() -> String? {
        let parts = bytes.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let length = parts[0].split(separator: "\r\n").compactMap { line -> Int? in
            line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).trimmingPrefix(" ")) : nil
        }
        return parts[1].utf8.count >= length.first ?? 0 ? bytes : nil
    }
}

private func perform(_ steps: ArraySlice<ScriptedServer.Step>, on channel: any Channel) {
    guard let step = steps.first else { return }
    let rest = steps.dropFirst()
    switch step {
    case .send(let text):
        channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess { perform(rest, on: channel) }
    case .wait(let milliseconds):
        channel.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) { perform(rest, on: channel) }
    case .close:
        channel.close(promise: nil)
    case .reset:
        let lingering = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        lingering?.whenComplete { _ in channel.close(promise: nil) }
    }
}
