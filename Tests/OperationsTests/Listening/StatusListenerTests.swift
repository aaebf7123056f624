import Logging
import Operations
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(30))) struct StatusListenerTests {
    private static let pages = StatusPages(
        of: Monitor(
            sources: [("acme", [])], supervision: Supervision(now: { .zero })), version: "1.2.3")

    /// Lends a listener on a free port.
    private func withListener(
        _ limits: StatusListener.Limits = StatusListener.Limits(),
        logger: Logger = .silent,
        _ body: @Sendable @escaping (UInt16) async throws -> Void
    ) async throws {
        let (ports, announced) = AsyncStream<UInt16>.makeStream()
        let listener = StatusListener(Self.pages, host: "127.0.0.1", port: 0, limits: limits, logger: logger) {
            announced.yield($0)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            for await port in ports {
                try await body(port)
                break
            }
            group.cancelAll()
        }
    }

    private func failure(host: String, port: UInt16) async -> ListenError? {
        do {
            try await StatusListener(Self.pages, host: host, port: port, logger: .silent).run()
            return nil
        } catch {
            return error as? ListenError
        }
    }

    @Test func `pages are served with their type and length, and nothing may be kept`() async throws {
        try await withListener { port in
            let live = try await RawClient.get("/live?verbose", at: port)
            #expect(live.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(live.contains("\r\nContent-Length: 5\r\n"))
            #expect(live.contains("\r\nCache-Control: no-store\r\n"))
            #expect(live.hasSuffix("\r\n\r\nlive\n"))
            let metrics = try await RawClient.get("/metrics", at: port)
            #expect(metrics.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            let refused = try await RawClient.get("/metrics", method: "HEAD", at: port)
            #expect(refused.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
            #expect(refused.contains("\r\nAllow: GET\r\n"))
            #expect(refused.hasSuffix("\r\n\r\n"))
            #expect(try await RawClient.get("/ready", at: port).hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(try await RawClient.get("/none", at: port).hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        }
    }

    @Test func `many may ask at once`() async throws {
        try await withListener { port in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...100 { group.addTask { try await RawClient.get("/metrics", at: port) } }
                for try await answer in group { #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n")) }
            }
        }
    }

    @Test func `a head that is too long is refused, and others are answered on`() async throws {
        try await withListener { port in
            let answer = try await RawClient.talk(
                to: port, "GET /live HTTP/1.1\r\nX-Long: \(String(repeating: "x", count: 20_000))\r\n\r\n")
            #expect(!answer.contains("200 OK"))
            #expect(try await RawClient.get("/live", at: port).hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(arguments: ["", "GET /live HTT", "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"])
    func `a connection on which nothing more comes is closed`(text: String) async throws {
        var limits = StatusListener.Limits()
        limits.idleTime = .milliseconds(100)
        try await withListener(limits) { port in
            let answer = try await RawClient.talk(to: port, text)
            #expect(answer.hasSuffix("live\n") == text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `no connection lasts longer than its lifetime, whatever it does`() async throws {
        var limits = StatusListener.Limits()
        limits.idleTime = .seconds(3_600)
        limits.lifetime = .milliseconds(100)
        try await withListener(limits) { port in
            let answer = try await RawClient.talk(
                to: port, "POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc")
            #expect(answer.hasPrefix("HTTP/1.1 405"))
        }
    }

    @Test func `a port in use is told with the address and what to do`() async throws {
        try await withListener { port in
            let error = try #require(await failure(host: "127.0.0.1", port: port))
            #expect(error == .inUse(address: "127.0.0.1:\(port)"))
            #expect(!error.isMisconfigured)
            #expect(error.description.contains("listen: 127.0.0.1:\(port) is in use"))
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1:9464"), ("2001:db8::1", "[2001:db8::1]:9464"), ("a.invalid", "a.invalid:9464"),
    ])
    func `an address of another machine, or of none, is a mistake in the configuration`(host: String, text: String)
        async throws
    {
        let error = try #require(await failure(host: host, port: 9_464))
        #expect(error == .notOurs(address: text))
        #expect(error.isMisconfigured)
    }

    @Test func `a listener that is cancelled says nothing of it`() async throws {
        let written = Written()
        let output = written.stream()
        let logger = Logger(label: "usaged") {
            LineLogHandler(label: $0, level: .info, format: .journal, output: output)
        }
        try await withListener(logger: logger) { port async throws in
            #expect(try await RawClient.get("/live", at: port).hasSuffix("live\n"))
        }
        #expect(written.all.count == 1, "\(written.text)")
        #expect(written.text.hasPrefix("<6>health and metrics are served "))
    }
}
