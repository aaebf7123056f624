import Logging
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite(.inTurn)
struct ExchangeTests {
    @Test func `a request names the program, asks for an unencoded body and carries its headers`() async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(200, body: "yes")]
        } _: { server in
            try await Bench.run { bench in
                var request = HTTPRequest.post(server.baseURL + "/a?b=c", repetition: .harmless)
                request.authorization = Secret("Bearer 4711")
                let text = try await bench.text(request)
                #expect(text == "yes")
            }
            let sent = try #require(server.requests.first)
            #expect(sent.hasPrefix("POST /a?b=c HTTP/1.1\r\n"))
            for line in [
                "User-Agent: usaged/1.2.3", "Accept-Encoding: identity", "Authorization: Bearer 4711",
                "Content-Type: application/json",
            ] {
                #expect(sent.contains("\r\n\(line)\r\n"))
            }
            #expect(sent.hasSuffix("\r\n\r\n{}"))
        }
    }

    @Test func `each request that is sent is told with its endpoint and the status of its answer`() async throws {
        try await ScriptedServer.run { number in
            switch number {
            case 1: [.close]
            case 2: [ScriptedServer.answer(503, body: "later")]
            default: [ScriptedServer.answer(200, body: "yes")]
            }
        } _: { server in
            let sent = Mutex<[String]>([])
            var settings = HTTPSettings(userAgent: "usaged/1.2.3")
            settings.onSent = { endpoint, status in
                sent.withLock { $0.append("\(endpoint) \(status.map(String.init) ?? "none")") }
            }
            try await Bench.run(settings: settings) { bench in
                var request = HTTPRequest.get(server.baseURL + "/a/4711")
                request.endpoint = EndpointName("results")
                _ = try await bench.text(request)
            }
            #expect(sent.withLock { $0 } == ["results none", "results 503", "results 200"])
        }
    }

    @Test func `a chunked body without a length is read to its end`() async throws {
        let body = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        try await ScriptedServer.run { _ in
            [.send(body)]
        } _: { server in
            let text = try await Bench.run { try await $0.text(.get(server.baseURL)) }
            #expect(text == "abcde")
        }
    }

    @Test(
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "",
        ], [false, true])
    func `an answer that breaks off is asked for again from its start`(beginning: String, byReset: Bool) async throws {
        let broken: [ScriptedServer.Step] = [.send(beginning), .wait(milliseconds: 20), byReset ? .reset : .close]
        try await ScriptedServer.run {
            $0 < 3 ? broken : [ScriptedServer.answer(200, body: "whole")]
        } _: { server in
            try await Bench.run { bench in
                let readers = Mutex(0)
                let reply = try await bench.exchange.send(.get(server.baseURL), tally: bench.tally) { _ in
                    readers.withLock { $0 += 1 }
                    return WholeBody()
                }
                #expect(String(decoding: reply.answer, as: UTF8.self) == "whole")
                #expect(reply.requestsSent == 3)
                #expect(bench.tally.requests == 3)
                // Heads that did not arrive got no reader.
                #expect(readers.withLock { $0 } == (beginning.contains("\r\n\r\n") ? 3 : 1))
                #expect(bench.waits == [.seconds(1.5), .seconds(4.5)])
            }
        }
    }

    @Test func `what a reader throws ends the exchange unchanged`() async throws {
        struct Refusal: Error {}
        struct Refusing: BodyReader {
            mutating func read(_ bytes: RawSpan) throws { throw Refusal() }
            mutating func finish() {}
        }
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(200, body: "x")]
        } _: { server in
            try await Bench.run { bench in
                await #expect(throws: Refusal.self) {
                    _ = try await bench.exchange.send(.get(server.baseURL), tally: bench.tally) { _ in Refusing() }
                }
                #expect(bench.tally.requests == 1)
            }
        }
    }

    @Test func `a body above the limit is refused, announced or not`() async throws {
        let long = String(repeating: "x", count: 1_001)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n\(long)\r\n0\r\n\r\n"
        try await ScriptedServer.run {
            $0 == 1 ? [ScriptedServer.answer(200, body: long)] : [.send(chunked)]
        } _: { server in
            try await Bench.run { bench in
                for _ in 1...2 {
                    let failure = try await bench.failure(.get(server.baseURL))
                    #expect(failure?.kind == .answerTooLong(limit: 1_000))
                    #expect(failure?.requestsSent == 1)
                }
            }
        }
    }

    @Test func `a redirection is not followed and names its target`() async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(302, ["Location: http://elsewhere.test/"])]
        } _: {
            server in
            try await Bench.run { bench in
                let failure = try await bench.failure(.get(server.baseURL))
                #expect(failure?.kind == .redirected(302, location: "http://elsewhere.test/"))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `an encoded body is refused by the name of its encoding`() async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(200, ["Content-Encoding: gzip"], body: "?")]
        } _: {
            server in
            try await Bench.run { bench in
                let failure = try await bench.failure(.get(server.baseURL))
                #expect(failure?.kind == .unsupportedEncoding("gzip"))
            }
        }
    }

    @Test func `a server that says nothing is given up after the silence`() async throws {
        var settings = HTTPSettings(userAgent: "t")
        settings.silenceTimeout = .milliseconds(100)
        try await ScriptedServer.run { number in
            number == 1 ? [] : [.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")]
        } _: { server in
            try await Bench.run(settings: settings) { bench in
                let failure = try await bench.failure(.get(server.baseURL))
                #expect(failure?.kind == .timedOut(.nextBytes))
                #expect(failure?.requestsSent == 8)
            }
        }
    }

    @Test func `a slow body that never pauses long is ended by the deadline`() async throws {
        let drip = Array(repeating: [ScriptedServer.Step.send("x"), .wait(milliseconds: 120)], count: 1_000).flatMap(
            \.self)
        try await ScriptedServer.run { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")] + drip
        } _: {
            server in
            try await Bench.run { bench in
                var request = HTTPRequest.post(server.baseURL, repetition: .onlyIfNotAccepted)
                request.deadline = .milliseconds(300)
                var kind = try await bench.failure(request)?.kind
                // A busy machine may take all of a short deadline for the head.
                while kind == .timedOut(.answer), request.deadline < .seconds(60) {
                    request.deadline *= 5
                    kind = try await bench.failure(request)?.kind
                }
                #expect(kind == .timedOut(.end))
            }
        }
    }

    @Test func `no head in time is a time out`() async throws {
        try await ScriptedServer.run { _ in
            []
        } _: { server in
            try await Bench.run { bench in
                var request = HTTPRequest.post(server.baseURL, repetition: .onlyIfNotAccepted)
                request.deadline = .milliseconds(100)
                let failure = try await bench.failure(request)
                #expect(failure?.kind == .timedOut(.answer))
                #expect(failure?.isSafeToRetry == false)
            }
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"])
    func `a cancelled exchange ends at once`(beginning: String) async throws {
        let (started, announced) = AsyncStream<Void>.makeStream()
        try await ScriptedServer.run { _ in
            announced.yield()
            return [.send(beginning)]
        } _: { server in
            try await Bench.run { bench in
                let task = Task { try await bench.text(.get(server.baseURL)) }
                _ = await started.first { true }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(bench.tally.requests == 1)
            }
        }
    }

    @Test func `a wrong file of certificate authorities is an error at once`() throws {
        let settings = HTTPSettings(userAgent: "t", caFile: "/nonexistent/ca.pem")
        #expect(throws: (any Error).self) {
            _ = try HTTPExchange(settings: settings, budget: RequestBudget(), logger: .init(label: "t"))
        }
    }
}
