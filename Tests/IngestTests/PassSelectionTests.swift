import Testing
import UsageDomain
import Warehouse

@testable import struct Ingest.ConfiguredSource
@testable import struct Ingest.PassSelection

@Suite struct PassSelectionTests {
    /// A vendor that is never asked.
    private struct NoAdapter: SourceAdapter {
        var silence: Duration { .zero }

        func organization() async throws -> Organization { throw CancellationError() }
        func oauthClients() async throws -> [OAuthClient] { throw CancellationError() }
        func fetch(_: Window, into _: any UsageRowSink, recorder _: ExecutionRecorder) async throws -> FetchReport {
            throw CancellationError()
        }
        func fetchTotals(_: Window) async throws -> UsageTotals { throw CancellationError() }
    }

    private func source(_ name: String) -> ConfiguredSource {
        ConfiguredSource(
            registration: SourceRegistration(name: name, kind: "genesys", datasets: [], primary: .organizationQuery),
            adapter: NoAdapter())
    }

    @Test func `an empty selection takes every source and every dataset`() {
        #expect(PassSelection().includes(source("acme")))
        #expect(PassSelection().includes(Dataset.organizationQuery))
    }

    @Test func `named sources are taken, others are not`() {
        let selection = PassSelection(sources: ["acme", "tower"])
        #expect(["acme", "tower", "Acme", ""].filter { selection.includes(source($0)) } == ["acme", "tower"])
        #expect(selection.includes(Dataset.organizationQuery))
    }

    @Test func `named datasets do not narrow the sources`() {
        let selection = PassSelection(datasets: [.organizationQuery])
        #expect(selection.includes(Dataset.organizationQuery))
        #expect(selection.includes(source("acme")))
    }
}
