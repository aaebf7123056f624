import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct LimitsTests {
    private func limits(
        _ faults: [Fault] = []
    ) async throws -> (limits: [APILimit], failure: GenesysCloudError?, paths: [String]) {
        try await Account.run(script: Script(faults: faults)) { account in
            var limits: [APILimit] = []
            let failure: GenesysCloudError?
            do {
                limits = try await GenesysCloudAdapter(account.source, byUser: false).limits()
                failure = nil
            } catch let error as GenesysCloudError {
                failure = error
            }
            return (limits, failure, account.simulator.ledger.entries(of: .limits).map(\.path))
        }
    }

    private func body(_ text: String, at path: String) -> Fault {
        Fault(.limits, mentioning: path, .raw(200, contentType: "application/json", body: text))
    }

    @Test func `the limits of both namespaces are those that the API states`() async throws {
        let usage = body(#"{"entities":[{"key":"queries.max","namespace":"usage","value":12}]}"#, at: "/usage")
        let (limits, failure, paths) = try await limits([usage])
        #expect(failure == nil)
        #expect(
            limits == [
                APILimit(namespace: "platform.api", key: "client.credentials.token.rate.per.minute", value: 300),
                APILimit(namespace: "platform.api", key: "token.rate.per.minute", value: 300),
                APILimit(namespace: "platform.api", key: "org.app.user.rate.per.minute", value: 3_000),
                APILimit(namespace: "platform.api", key: "request.bytes.max", value: 512_000),
                APILimit(namespace: "usage", key: "queries.max", value: 12),
            ])
        #expect(paths.map { $0.split(separator: "/").last } == ["platform.api", "usage"])
    }

    @Test func `a limit beyond all reason is an allowance that can be reckoned with`() {
        let stated = [APILimit(namespace: "platform.api", key: "token.rate.per.minute", value: .max)]
        #expect(GenesysCloudSource.allowance(in: stated) == 1_000_000_000)
    }

    @Test func `entries that are no limit are skipped, and of two with one key the first counts`() async throws {
        let entities =
            #"[{"value":1},{"key":"a"},{"key":"","value":1},{"key":"b","value":"7"},7,null,{"key":"n\u0000","value":1},"#
            + #"{"key":"c","value":1.5},{"key":"d","value":2},{"key":"d","value":3},{"key":"e","value":null}]"#
        let (limits, failure, _) = try await limits([
            body(#"{"entities":\#(entities)}"#, at: "/platform.api"), body(#"{"other":1}"#, at: "/usage"),
        ])
        #expect(failure == nil)
        #expect(limits == [APILimit(namespace: "platform.api", key: "d", value: 2)])
    }

    @Test(arguments: [403, 404])
    func `a namespace that is not shown is left out`(status: Int) async throws {
        let (limits, failure, _) = try await limits([Fault(.limits, mentioning: "/usage", .status(status))])
        #expect(failure == nil)
        #expect(limits.count == 4)
        let none = try await self.limits([Fault(.limits, .status(status))])
        #expect(none.failure == nil)
        #expect(none.limits.isEmpty)
    }

    @Test(arguments: [
        (Fault.Effect.status(400), FetchFailureKind.refused), (.status(503), .unavailable),
        (.raw(200, contentType: "application/json", body: "<html>"), .badAnswer),
        (.raw(200, contentType: "application/json", body: String(repeating: " ", count: 1 << 20) + "{}"), .badAnswer),
    ])
    func `any other failure is one, and names the namespace`(effect: Fault.Effect, kind: FetchFailureKind) async throws
    {
        let (_, failure, _) = try await limits([Fault(.limits, mentioning: "/usage", effect)])
        #expect(failure?.kind == kind)
        #expect(failure?.description.hasPrefix("reading the limits of usage: ") == true)
    }
}
