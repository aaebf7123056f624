import TestSupport
import Testing

@testable import Transport

/// Two servers: one sends elsewhere, the other is where it leads to and must see nothing.
@Suite(.inTurn) struct RedirectionTests {
    private func request(_ method: HTTPRequest.Method, _ url: String) -> HTTPRequest {
        var request =
            method == .get ? HTTPRequest.get(url) : HTTPRequest.post(url, repetition: .harmless)
        request.authorization = Secret("Bearer very-secret")
        request.masked = [Secret("very-secret")]
        return request
    }

    @Test(arguments: [301, 302, 303, 307, 308], [HTTPRequest.Method.get, .post])
    func `a redirection to another server is refused, and that server sees no token and no request`(
        status: Int, method: HTTPRequest.Method
    ) async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(200, body: "{}")]
        } _: { other in
            // By address, by another name of the same machine, and by another scheme.
            let targets = [
                other.baseURL, other.baseURL.replacing("127.0.0.1", with: "localhost"),
                other.baseURL.replacing("http:", with: "https:"),
                "//127.0.0.1\(other.baseURL.dropFirst("http://127.0.0.1".count))/x",
            ]
            for target in targets {
                try await ScriptedServer.run { _ in
                    [ScriptedServer.answer(status, ["Location: \(target)"])]
                } _: { server in
                    try await Bench.run { bench in
                        let failure = try await bench.failure(request(method, server.baseURL))
                        #expect(failure?.kind == .redirected(status, location: target))
                        #expect(failure?.isTransient == false)
                        #expect(server.requests.count == 1)
                    }
                }
            }
            #expect(other.requests == [])
        }
    }

    @Test(arguments: [301, 302, 307, 308])
    func `a redirection on the same server is refused as well`(status: Int) async throws {
        try await ScriptedServer.run { number in
            number == 1 ? [ScriptedServer.answer(status, ["Location: /elsewhere"])] : [ScriptedServer.answer(200)]
        } _: { server in
            try await Bench.run { bench in
                let failure = try await bench.failure(request(.get, server.baseURL))
                #expect(failure?.kind == .redirected(status, location: "/elsewhere"))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `a location that repeats the token is quoted without it, and shortly`() async throws {
        let location = "http://elsewhere.test/?token=very-secret&x=" + String(repeating: "x", count: 5_000)
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(302, ["Location: \(location)"])]
        } _: { server in
            try await Bench.run { bench in
                let failure = try #require(try await bench.failure(request(.get, server.baseURL)))
                #expect(failure.description.contains("elsewhere.test/?token=***"))
                #expect(!failure.description.contains("very-secret"))
                #expect(failure.description.utf8.count < 500)
            }
        }
    }
}
