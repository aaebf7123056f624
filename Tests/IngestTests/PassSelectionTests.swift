import FoundationEssentials
import Testing
import UsageDomain
import Warehouse

@testable import struct Ingest.ConfiguredSource
@testable import struct Ingest.PassSelection

@Suite struct PassSelectionTests {
    /// A vendor that is never asked.
    private struct NoAdapter: ChannelUsageAdapter {
        var silence: Duration { .zero }

        func give(_: RequestLeave) {}
        func organization() async throws -> Organization { throw CancellationError() }
        func channelUsage(in _: Range<Date>) async throws -> (ChannelUsage, requests: Int) { throw CancellationError() }
    }

    private func source(_ name: String) -> ConfiguredSource {
        ConfiguredSource(
            registration: SourceRegistration(name: name, kind: "genesys", datasets: [], primary: .organizationQuery),
            adapter: .channelUsage(NoAdapter()))
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
