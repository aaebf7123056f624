import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// What the contract leaves open about Genesys Cloud, each way it may turn out to be, as an operator sees it.
@Suite(.database)
struct UnknownSettingTests {
    @Test(arguments: UnknownCase.table)
    func `however an unknown turns out, what is stored is whole, or says why it is not`(unknown: UnknownCase)
        async throws
    {
        try await unknown.run()
    }

    @Test func `every setting of every switch has its expectation`() {
        let expected = Set(UnknownCase.table.map(\.setting))
        let known = Set(
            Script.unknowns.flatMap { unknown in unknown.settings.map { "\(unknown.name)=\($0)" } })
        #expect(known.subtracting(expected) == [])
        #expect(expected.subtracting(known) == [])
    }
}
