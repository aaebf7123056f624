import Glibc
import Synchronization

/// A TCP port of 127.0.0.1 in front of a PostgreSQL server that lends its sessions to clients, as pgbouncer does: to each
/// for as long as it stays, or for one transaction at a time.
///
/// All clients log in alike, without a password or encryption. Requests to cancel are dropped.
package final class Pooler: Sendable {
    package enum Mode: Sendable {
        case session
        case transaction
    }

    /// A session of the server, and what it said when it began.
    private struct Session {
        let socket: Socket
        let greeting: [[UInt8]]
    }

    private struct State {
        /// The one that was used last is lent first.
        var idle: [Session] = []
        var clients: [Int: Socket] = [:]
        var nextClient = 1
        var isClosed = false
    }

    package let port: UInt16
    private let mode: Mode
    private let upstream: FaultProxy.Upstream
    private let listener: Socket
    private let state = Mutex(State())

    /// Listens at once.
    ///
    /// - Throws: An error of the system when there is no free port or descriptor.
    package init(_ mode: Mode, to upstream: FaultProxy.Upstream) throws {
        (listener, port) = try Socket.listener()
        self.mode = mode
        self.upstream = upstream
        startThread { [listener, weak self] in
            while let client = listener.accept() {
                guard let number = self?.enter(client) else {
                    client.close()
                    continue
                }
                startThread { [weak self] in
                    self?.serve(client, number)
                    self?.leave(number)
                    client.close()
                }
            }
            listener.close()
        }
    }

    deinit { close() }

    /// A libpq connection string through the pooler.
    package func conninfo(database: String, user: String = "postgres") -> String {
        "host=127.0.0.1 port=\(port) user=\(user) dbname=\(database) sslmode=disable gssencmode=disable"
    }

    /// Ends every session and accepts no more clients.
    package func close() {
        let state = state.withLock { state in
            defer { state = State(isClosed: true) }
            return state
        }
        guard !state.isClosed else { return }
        listener.finish()
        for client in state.clients.values { client.finish() }
        for session in state.idle { session.socket.close() }
    }

    // MARK: - Clients

    private func enter(_ client: Socket) -> Int? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            defer { state.nextClient += 1 }
            state.clients[state.nextClient] = client
            return state.nextClient
        }
    }

    private func leave(_ number: Int) {
        state.withLock { _ = $0.clients.removeValue(forKey: number) }
    }

    private func serve(_ client: Socket, _ number: Int) {
        let startup = client.read()
        // Version 3.0 of the protocol; all else is a request to cancel.
        guard startup.count > 8, startup[4..<8].elementsEqual([0, 3, 0, 0]), let first = lend(startup) else { return }
        let greeting = first.greeting.map { $0.first == UInt8(ascii: "K") ? Self.key(of: number) : $0 }
        guard client.write(greeting.flatMap { $0 }[...]) else { return giveBack(first) }
        var own: Session? = first
        if mode == .transaction {
            giveBack(first)
            own = nil
        }
        while true {
            let request = client.read()
            // A client that says goodbye, or nothing any more, needs no session.
            guard let type = request.first, type != UInt8(ascii: "X"), let session = own ?? lend(startup) else { break }
            guard carry(request, from: client, over: session) else {
                session.socket.close()
                return
            }
            if own == nil { giveBack(session) }
        }
        own?.socket.close()
    }

    /// Carries what a client sends, and the answers, until the session is outside of any transaction.
    ///
    /// - Returns: whether it came to that.
    private func carry(_ request: [UInt8], from client: Socket, over session: Session) -> Bool {
        var answers = BackendMessages()
        guard session.socket.write(request[...]) else { return false }
        while true {
            if Socket.firstReadable(session.socket, client) == 0 {
                let chunk = session.socket.read()
                _ = answers.messages(in: chunk)
                guard !chunk.isEmpty, client.write(chunk[...]) else { return false }
                if answers.readyStatus == UInt8(ascii: "I") { return true }
            } else {
                let chunk = client.read()
                guard !chunk.isEmpty, session.socket.write(chunk[...]) else { return false }
            }
        }
    }

    // MARK: - Sessions

    private func lend(_ startup: [UInt8]) -> Session? {
        if let idle = state.withLock({ $0.idle.popLast() }) { return idle }
        guard let socket = try? Socket.connect(to: upstream), socket.write(startup[...]) else { return nil }
        var answers = BackendMessages()
        var greeting: [[UInt8]] = []
        while answers.readyStatus == nil {
            let chunk = socket.read()
            guard !chunk.isEmpty else { return nil }
            greeting += answers.messages(in: chunk)
        }
        return Session(socket: socket, greeting: greeting)
    }

    private func giveBack(_ session: Session) {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.idle.append(session) }
            return !state.isClosed
        }
        if !isOpen { session.socket.close() }
    }

    /// BackendKeyData that belongs to no process: a client has no session yet.
    private static func key(of number: Int) -> [UInt8] {
        [UInt8(ascii: "K"), 0, 0, 0, 12, 0x7f, 0, UInt8(number >> 8 & 255), UInt8(number & 255), 0, 0, 0, 0]
    }
}
