import TestSupport
import Testing

@testable import Transport

@Suite(.inTurn)
struct ErrorTests {
    @Test func `what a server echoes of a secret is masked`() async throws {
        let secret = "hunter2-hunter2"
        let echo = #"{"message":"no \#(secret) here, Bearer \#(secret)","code":"\#(secret)"}"#
        try await ScriptedServer.run {
            $0 == 1
                ? [ScriptedServer.answer(400, body: echo)]
                : [ScriptedServer.answer(400, body: "<html>\(secret)</html>")]
        } _: { server in
            try await Bench.run { bench in
                var request = HTTPRequest.get(server.baseURL)
                request.authorization = Secret("Bearer \(secret)")
                request.masked = [Secret(secret)]
                for _ in 1...2 {
                    let failure = try #require(try await bench.failure(request))
                    var dumped = ""
                    dump(failure, to: &dumped)
                    dump(request, to: &dumped)
                    for text in [dumped, "\(failure)", "\(request)", String(reflecting: request)] {
                        #expect(!text.contains(secret))
                    }
                }
            }
        }
    }

    @Test func `a secret shows nothing however it is printed`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(["a": secret], to: &dumped)
        for text in [dumped, "\(secret)", String(reflecting: secret), String(describing: Optional(secret))] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
    }

    @Test(arguments: [
        (#"{"message":"m","code":"c","contextId":"x"}"#, "c: m"),
        (#"{"error":"invalid_client","description":"client not found"}"#, "invalid_client: client not found"),
        (#"{"error":"e","error_description":"d"}"#, "e: d"),
        (#"{"message":7,"code":"c"}"#, "c"),
        ("  <!DOCTYPE html><p>Bad\n", "an HTML or XML page:   <!DOCTYPE html><p>Bad\\n"),
        ("plain", "plain"),
        (#"["a"]"#, #"["a"]"#),
        ("\n ", "an empty body"),
        ("", "an empty body"),
        ("\u{1B}[31mred\u{202E}é", #"\u{1B}[31mred\u{202E}\u{00E9}"#),
        (String(repeating: "x", count: 500), String(repeating: "x", count: 200) + "…"),
    ])
    func `an error's body is understood as far as it goes`(body: String, description: String) {
        #expect(ErrorBody(decoding: Array(body.utf8), masking: []).description == description)
    }

    @Test func `a hostile body is quoted shortly, on one line of plain characters`() {
        let bodies = [
            "e" + String(repeating: "\u{301}", count: 30_000), String(repeating: "x", count: 60_000),
            String(repeating: "[", count: 60_000), String(repeating: #"{"code":"#, count: 8_000),
            #"{"message":"\#(String(repeating: "\u{1F468}\u{200D}", count: 8_000))"}"#,
            #"{"code":{"code":[1e400]},"message":["x"]}"#, "\u{0}\u{1B}[2J\u{9B}31m",
        ]
        for (number, body) in bodies.enumerated() {
            let quoted = ErrorBody(decoding: Array(body.utf8), masking: []).description
            #expect(quoted.utf8.count < 2_500, "body \(number)")
            let isPlain = quoted.unicodeScalars.allSatisfy { (" "..."~").contains($0) || $0 == "…" }
            #expect(isPlain, "body \(number)")
        }
    }

    @Test func `the newer correlation header wins, then the older, then the body`() async throws {
        let body = #"{"code":"c","contextId":"body"}"#
        try await ScriptedServer.run { number in
            let headers = ["Genesys-Correlation-Id: newer", "ININ-Correlation-Id: older"].dropFirst(number - 1)
            return [ScriptedServer.answer(404, Array(headers), body: body)]
        } _: { server in
            try await Bench.run { bench in
                for expected in ["newer", "older", "body"] {
                    let outcome = try await bench.failure(.get(server.baseURL))?.correlationID
                    #expect(outcome == expected)
                }
            }
        }
    }

    @Test func `a broken body still tells its correlation id`() async throws {
        let beginning = "HTTP/1.1 200 OK\r\nININ-Correlation-Id: c-9\r\nContent-Length: 9\r\n\r\nab"
        try await ScriptedServer.run { _ in
            [.send(beginning), .wait(milliseconds: 10), .close]
        } _: { server in
            try await Bench.run { bench in
                let failure = try #require(try await bench.failure(.get(server.baseURL)))
                #expect(failure.correlationID == "c-9")
                #expect(failure.description.contains("after 8 requests"))
            }
        }
    }
}
