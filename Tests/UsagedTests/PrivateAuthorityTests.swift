import Foundation
import TestSupport
import Testing
import UsageSimulator

/// The built binary in front of a gateway whose certificate only a private authority vouches for.
@Suite(.database, .timeLimit(.minutes(30)))
struct PrivateAuthorityTests {
    /// Lends an installation whose source is asked over TLS; `body` gets the address.
    private func withGateway(
        _ body: @Sendable (Installation, TestAuthority, _ url: String) async throws -> Void
    ) async throws {
        try await TestAuthority.with { authority in
            let identity = try await authority.identity(for: "localhost")
            try await Installation.with(World(seed: 60, size: .init(rowsADay: 3)), script: Installation.prompt) {
                usaged in
                let port = try #require(URL(string: usaged.simulator.baseURL)?.port)
                try await SecureFront.run(as: identity, inFrontOf: port) { port in
                    try await body(usaged, authority, "https://localhost:\(port)")
                }
            }
        }
    }

    @Test func `a named ca-file lets a backfill through`() async throws {
        try await withGateway { usaged, authority, url in
            try usaged.configure {
                $0.replacing(usaged.simulator.baseURL, with: url)
                    .replacing("    client-id:", with: "    ca-file: \(authority.file)\n    client-id:")
            }
            #expect(try await usaged.usaged("migrate").code == 0)
            let finished = try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-03")
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try await usaged.usage() == usaged.truth(World.Day(2025, 1, 1), World.Day(2025, 1, 3)))
        }
    }

    @Test func `without it nothing is sent, and the log says what to do`() async throws {
        try await withGateway { usaged, _, url in
            try usaged.configure { $0.replacing(usaged.simulator.baseURL, with: url) }
            #expect(try await usaged.usaged("migrate").code == 0)
            let finished = try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-03")
            #expect(finished.code != 0)
            #expect(finished.log.contains("certificate is not trusted (see ca-file)"), "\(finished.log)")
            #expect(!finished.log.contains(usaged.simulator.clientSecret))
            #expect(usaged.simulator.ledger.entries.isEmpty)
        }
    }
}
