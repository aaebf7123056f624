import FoundationEssentials
import NIOSSL
import TestSupport
import Testing

@testable import Transport

@Suite(.inTurn)
struct TrustTests {
    private func withSecureServer(_ body: (_ url: String) async throws -> Void) async throws {
        let certificate = try NIOSSLCertificate(bytes: Array(TestCertificates.certificate.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.key.utf8), format: .pem)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        try await ScriptedServer.run(tls: tls) { _ in
            [ScriptedServer.answer(200, body: "secure")]
        } _: { server in
            try await body(server.baseURL.replacing("http://127.0.0.1", with: "https://localhost"))
        }
    }

    private func withAuthorityFile(_ body: (_ path: String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "authority-\(UUID().uuidString).pem")
        try TestCertificates.authority.write(to: file, atomically: true, encoding: .utf8)
        do {
            try await body(file.path)
            try FileManager.default.removeItem(at: file)
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }

    @Test func `a private authority is trusted when it is named`() async throws {
        try await withAuthorityFile { path in
            try await withSecureServer { url in
                try await Bench.run(settings: HTTPSettings(userAgent: "t", caFile: path)) { bench in
                    let text = try await bench.text(.get(url))
                    #expect(text == "secure")
                }
            }
        }
    }

    @Test func `a certificate that nobody vouches for is refused without repeating`() async throws {
        try await withSecureServer { url in
            try await Bench.run { bench in
                let failure = try #require(try await bench.failure(.get(url)))
                guard case .untrusted = failure.kind else {
                    Issue.record("\(failure)")
                    return
                }
                #expect(failure.requestsSent == 1)
                #expect(!failure.isTransient)
                #expect(failure.description.contains("ca-file"))
            }
        }
    }

    @Test func `a certificate for another name is refused`() async throws {
        try await withAuthorityFile { path in
            try await withSecureServer { url in
                try await Bench.run(settings: HTTPSettings(userAgent: "t", caFile: path)) { bench in
                    let failure = try await bench.failure(.get(url.replacing("localhost", with: "127.0.0.1")))
                    #expect(failure?.isTransient == false, "\(String(describing: failure))")
                }
            }
        }
    }
}
