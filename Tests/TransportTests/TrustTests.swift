import NIOSSL
import TestSupport
import Testing

@testable import Transport

/// Certificates are real ones, made for each test; what a server that is not trusted receives is nothing.
@Suite(.inTurn, .timeLimit(.minutes(30)))
struct TrustTests {
    /// A server with an identity; `body` gets its address by the name `localhost`.
    private func withServer(
        _ identity: TestAuthority.Identity,
        change: (inout TLSConfiguration) -> Void = { _ in },
        _ body: (_ server: ScriptedServer, _ url: String) async throws -> Void
    ) async throws {
        var tls = try SecureFront.configuration(identity)
        change(&tls)
        try await ScriptedServer.run(tls: tls) { _ in
            [ScriptedServer.answer(200, body: "secure")]
        } _: { server in
            try await body(server, server.baseURL.replacing("http://127.0.0.1", with: "https://localhost"))
        }
    }

    /// A request that gives away a secret as soon as it is sent.
    private func request(_ url: String) -> HTTPRequest {
        var request = HTTPRequest.get(url)
        request.authorization = Secret("Bearer very-secret")
        return request
    }

    private func settings(_ authority: TestAuthority?) -> HTTPSettings {
        HTTPSettings(userAgent: "t", caFile: authority?.file)
    }

    private func expectUntrusted(
        _ settings: HTTPSettings,
        _ server: ScriptedServer,
        _ url: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await Bench.run(settings: settings) { bench in
            let failure = try #require(try await bench.failure(request(url)), sourceLocation: sourceLocation)
            guard case .untrusted = failure.kind else {
                Issue.record("\(failure)", sourceLocation: sourceLocation)
                return
            }
            #expect(failure.requestsSent == 1, sourceLocation: sourceLocation)
            #expect(!failure.isTransient, sourceLocation: sourceLocation)
            #expect(failure.description.contains("ca-file"), sourceLocation: sourceLocation)
            #expect(!failure.description.contains("very-secret"), sourceLocation: sourceLocation)
        }
        #expect(server.requests == [], sourceLocation: sourceLocation)
    }

    @Test func `a private authority is trusted when it is named, and only then is anything sent`() async throws {
        try await TestAuthority.with { authority in
            try await withServer(try await authority.identity(for: "localhost")) { server, url in
                try await Bench.run(settings: settings(authority)) { bench in
                    let text = try await bench.text(request(url))
                    #expect(text == "secure")
                }
                #expect(server.requests.count == 1)
                #expect(server.requests.first?.contains("Bearer very-secret") == true)
            }
        }
    }

    @Test func `a certificate that nobody vouches for is refused without repeating, and nothing is sent`() async throws
    {
        try await TestAuthority.with { authority in
            try await withServer(try await authority.identity(for: "localhost")) { server, url in
                try await expectUntrusted(settings(nil), server, url)
                // One authority does not vouch for what another one signed.
                try await TestAuthority.with { other in
                    try await expectUntrusted(settings(other), server, url)
                }
            }
        }
    }

    @Test func `a certificate that has expired is refused, and nothing is sent`() async throws {
        try await TestAuthority.with { authority in
            try await withServer(try await authority.identity(for: "localhost", days: -1)) { server, url in
                try await expectUntrusted(settings(authority), server, url)
            }
        }
    }

    @Test func `a certificate for another name is refused, and nothing is sent`() async throws {
        try await TestAuthority.with { authority in
            try await withServer(try await authority.identity(for: "api.elsewhere.test")) { server, url in
                try await expectUntrusted(settings(authority), server, url)
            }
            try await withServer(try await authority.identity(for: "localhost")) { server, url in
                try await expectUntrusted(settings(authority), server, url.replacing("localhost", with: "127.0.0.1"))
            }
        }
    }

    @Test func `a server that speaks an outdated TLS only is not spoken to`() async throws {
        try await TestAuthority.with { authority in
            try await withServer(try await authority.identity(for: "localhost")) {
                $0.minimumTLSVersion = .tlsv1
                $0.maximumTLSVersion = .tlsv11
            } _: { server, url in
                try await Bench.run(settings: settings(authority)) { bench in
                    let failure = try await bench.failure(request(url))
                    #expect(failure != nil)
                }
                #expect(server.requests == [])
            }
        }
    }
}
