import TestSupport
import Testing

@testable import EphemeralPostgres

@Suite(.inTurn)
struct `The programs of the server` {
    @Test func `are found on this machine`() async throws {
        let binaries = try await ServerBinaries.locate()
        #expect(binaries.path(of: "initdb").hasSuffix("/initdb"))
    }

    @Test func `are asked for by the name of their package when they are nowhere`() async throws {
        let error = await #expect(throws: EphemeralPostgresError.self) {
            try await ServerBinaries.locate(searchPath: ["/nowhere/bin"], versionsDirectory: "/nowhere/lib")
        }
        let description = try #require(error).description
        #expect(description.contains("apt-get install postgresql"))
        #expect(description.contains("/nowhere/bin"))
    }
}
