import Glibc
import Synchronization

/// A TCP port of 127.0.0.1 in front of a server, whose link can be made to fail.
///
/// Made for PostgreSQL, whose messages it can count; in the other modes it carries any protocol.
package final class FaultProxy: Sendable {
    /// The server behind the proxy.
    package enum Upstream: Sendable {
        case unixSocket(String)
        case tcp(host: String, port: UInt16)
    }

    /// A point in what clients send, counted over all connections since the proxy was made.
    package enum Point: Sendable, Hashable {
        case bytes(Int)
        case frontendMessages(Int)
    }

    package enum Mode: Sendable, Hashable {
        case forward
        /// Connections are accepted and stay open, but nothing passes: a half-open link.
        case stall
        /// New connections are reset, as if nobody listened; those that are open go on.
        case refuse
        /// What clients send passes up to the point, and reaches the server; then every connection is reset, the
        /// handler is called, and the mode becomes `forward`.
        case cut(after: Point)
        /// The first connection whose client sends what is looked for stands still there; see ``isHolding``. All others
        /// go on. Nothing that was sent before the mode was set is looked at.
        case hold(MessageHold)
    }

    /// What has passed from clients to the server.
    package struct Traffic: Sendable, Hashable {
        package fileprivate(set) var bytes = 0
        package fileprivate(set) var frontendMessages = 0
    }

    fileprivate struct State {
        var mode: Mode
        /// The link that was chosen to be held, and whether it has come to its standstill.
        var held: (link: Int, isStill: Bool)?
        var traffic = Traffic()
        var refusals = 0
        var isClosed = false
        var links: [Int: FaultProxyLink] = [:]
        var nextLink = 0
    }

    package let port: UInt16
    private let upstream: Upstream
    private let onCut: (@Sendable () -> Void)?
    private let listener: Socket
    private let state: Mutex<State>

    /// Listens at once. `onCut` is called on a thread of the proxy before the connections are reset: what must happen
    /// first, such as killing the client, happens there. A socket that listens already, as one of another network
    /// namespace, is taken over.
    ///
    /// - Throws: An error of the system when there is no free port or descriptor.
    package init(
        to upstream: Upstream, mode: Mode = .forward, listening descriptor: Int32? = nil,
        onCut: (@Sendable () -> Void)? = nil
    ) throws {
        (listener, port) = try descriptor.map { try Socket.listener(on: $0) } ?? Socket.listener()
        self.upstream = upstream
        self.onCut = onCut
        self.state = Mutex(State(mode: mode))
        let listener = listener
        startThread { [weak self] in
            // The listener's end, by `close()`, is the end of the thread.
            while let client = listener.accept() {
                guard let self, self.begin(client) else {
                    client.reset()
                    client.close()
                    continue
                }
            }
            listener.close()
        }
    }

    deinit {
        close()
    }

    package var mode: Mode {
        get { state.withLock { $0.mode } }
        set {
            state.withLock { state in
                state.mode = newValue
                state.held = nil
            }
        }
    }

    /// Whether a connection stands still in the mode `hold`: its message is withheld, or the answer to it has come.
    package var isHolding: Bool { state.withLock { $0.held?.isStill == true } }

    package var traffic: Traffic { state.withLock { $0.traffic } }
    /// How many connections were reset because the mode is `refuse`.
    package var refusals: Int { state.withLock { $0.refusals } }
    /// How many connections are open now.
    package var connections: Int { state.withLock { $0.links.count } }

    /// A libpq connection string through the proxy; without encryption, so that messages can be counted.
    package func conninfo(database: String, user: String = "postgres") -> String {
        "host=127.0.0.1 port=\(port) user=\(user) dbname=\(database) sslmode=disable gssencmode=disable"
    }

    /// Resets every open connection.
    package func resetConnections() {
        for link in state.withLock({ Array($0.links.values) }) { link.cut() }
    }

    /// Resets every connection and accepts no more.
    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        resetConnections()
        listener.finish()
    }
}

// MARK: - For the links

extension FaultProxy {
    private func begin(_ client: Socket) -> Bool {
        let isAdmitted = state.withLock { state in
            if state.mode == .refuse { state.refusals += 1 }
            return !state.isClosed && state.mode != .refuse
        }
        guard isAdmitted, let server = try? Socket.connect(to: upstream)
        else {
            return false
        }
        let link = state.withLock { state in
            state.nextLink += 1
            let link = FaultProxyLink(id: state.nextLink, client: client, server: server, proxy: self)
            state.links[link.id] = link
            return link
        }
        link.start()
        return true
    }

    func ended(_ link: FaultProxyLink) {
        state.withLock { _ = $0.links.removeValue(forKey: link.id) }
    }

    /// Counts what a client sent.
    ///
    /// - Returns: How many bytes of it may pass, and whether the link is to be cut behind them.
    func admit(_ count: Int, messageEnds: [Int]) -> (bytes: Int, isCut: Bool) {
        state.withLock { state in
            var admitted = count
            var isCut = false
            if case .cut(let point) = state.mode {
                let end: Int? =
                    switch point {
                    case .bytes(let limit):
                        state.traffic.bytes + count >= limit ? max(0, limit - state.traffic.bytes) : nil
                    case .frontendMessages(let limit):
                        messageEnds.dropFirst(max(0, limit - state.traffic.frontendMessages - 1)).first
                    }
                if let end {
                    admitted = end
                    isCut = true
                    state.mode = .forward
                }
            }
            state.traffic.bytes += admitted
            state.traffic.frontendMessages += messageEnds.count { $0 <= admitted }
            return (admitted, isCut)
        }
    }

    /// What is looked for in what clients send; nil when nothing is, or when it was found.
    var hold: MessageHold? {
        state.withLock { state in
            guard case .hold(let hold) = state.mode, state.held == nil else { return nil }
            return hold
        }
    }

    /// Chooses a link to be held, unless another one was quicker.
    func choose(_ link: FaultProxyLink) -> Bool {
        state.withLock { state in
            guard case .hold = state.mode, state.held == nil else { return false }
            state.held = (link.id, false)
            return true
        }
    }

    func standsStill(_ link: FaultProxyLink) {
        state.withLock { state in
            if state.held?.link == link.id { state.held?.isStill = true }
        }
    }

    func reachedCut() {
        onCut?()
        resetConnections()
    }
}
