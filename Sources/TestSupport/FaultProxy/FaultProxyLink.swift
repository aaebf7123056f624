import Synchronization

/// One connection through the proxy: two threads, one a direction.
final class FaultProxyLink: Sendable {
    let id: Int
    private let client: Socket
    private let server: Socket
    private let proxy: FaultProxy
    private let isCut = Atomic(false)
    /// Set before the last bytes pass to the server, whose answer to them must not overtake the cut.
    private let isMute = Atomic(false)
    private let runningThreads = Atomic(2)

    init(id: Int, client: Socket, server: Socket, proxy: FaultProxy) {
        self.id = id
        self.client = client
        self.server = server
        self.proxy = proxy
    }

    func start() {
        startThread { [self] in
            carryFromClient()
            end()
        }
        startThread { [self] in
            carryFromServer()
            end()
        }
    }

    /// Resets the client's side. The server still reads what had passed, then the end.
    func cut() {
        guard !isCut.exchange(true, ordering: .acquiringAndReleasing) else { return }
        client.reset()
        server.finish()
    }

    private func carryFromClient() {
        var messages = FrontendMessages()
        var search = HoldSearch()
        while let chunk = next(from: client) {
            let ends = messages.ends(in: chunk[...])
            if let hold = proxy.hold, let message = search.find(hold, in: chunk, messageEnds: ends), proxy.choose(self)
            {
                return carry(chunk, holding: hold.side, of: message)
            }
            let admitted = proxy.admit(chunk.count, messageEnds: ends)
            if admitted.isCut { isMute.store(true, ordering: .releasing) }
            let isSent = server.write(chunk.prefix(admitted.bytes))
            if admitted.isCut { proxy.reachedCut() }
            guard isSent else { return }
        }
    }

    /// Carries a chunk up to where the client is held, and nothing any more until the connections are reset.
    private func carry(_ chunk: [UInt8], holding side: MessageHold.Side, of message: Range<Int>) {
        switch side {
        case .message:
            guard server.write(chunk[..<message.lowerBound]) else { return }
            proxy.standsStill(self)
        case .answer:
            isMute.store(true, ordering: .releasing)
            guard server.write(chunk[...]) else { return }
        }
        while !isCut.load(ordering: .acquiring) { pause() }
    }

    private func carryFromServer() {
        while let chunk = next(from: server) {
            if isMute.load(ordering: .acquiring) { proxy.standsStill(self) }
            guard !isMute.load(ordering: .acquiring) else { continue }
            guard client.write(chunk[...]) else { return }
        }
    }

    /// Waits for something to carry, and while the link is stalled; nil at the end.
    private func next(from socket: Socket) -> [UInt8]? {
        while !isCut.load(ordering: .acquiring) {
            guard socket.isReadable(within: 10) else { continue }
            guard proxy.mode != .stall else {
                pause()
                continue
            }
            let chunk = socket.read()
            return chunk.isEmpty ? nil : chunk
        }
        return nil
    }

    /// The end of one direction is the end of both; the last thread closes.
    private func end() {
        if !isCut.exchange(true, ordering: .acquiringAndReleasing) {
            client.finish()
            server.finish()
        }
        guard runningThreads.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        proxy.ended(self)
        client.close()
        server.close()
    }
}
