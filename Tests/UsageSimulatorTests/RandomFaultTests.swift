import Testing

@testable import UsageSimulator

@Suite struct `Faults by chance` {
    private func drawn(_ faults: RandomFaults, at endpoint: Endpoint, count: Int = 20_000) -> [String] {
        (1...count).compactMap { faults.fault(of: $0, at: endpoint)?.description }
    }

    @Test func `follow from the seed`() {
        let faults = RandomFaults(seed: 5, perThousand: 30)
        #expect(drawn(faults, at: .results) == drawn(RandomFaults(seed: 5, perThousand: 30), at: .results))
        #expect(drawn(faults, at: .results) != drawn(RandomFaults(seed: 6, perThousand: 30), at: .results))
        #expect(drawn(faults, at: .results) != drawn(faults, at: .jobsResults))
    }

    @Test(arguments: [0, 12, 200, 1_000]) func `hit so many requests out of a thousand`(_ perThousand: Int) {
        let hits = drawn(RandomFaults(seed: 1, perThousand: perThousand), at: .submit).count
        #expect(abs(hits - 20 * perThousand) <= 20 * perThousand / 5)
    }

    @Test func `are of every kind that an endpoint knows`() {
        func kinds(_ endpoint: Endpoint) -> Set<String> {
            Set(
                drawn(RandomFaults(seed: 2, perThousand: 500), at: endpoint).map { text in
                    String(text.drop { $0 != "=" }.dropFirst().prefix { $0 != ":" && $0 != "," && $0 != "@" })
                })
        }
        let anywhere: Set = ["429", "500", "502", "503", "504", "html", "reset", "hang", "delay"]
        #expect(kinds(.token) == anywhere)
        #expect(kinds(.submit) == anywhere.union(["expire-token"]))
        #expect(kinds(.results) == anywhere.union(["expire-token", "status", "forget"]))
        #expect(kinds(.completeResults) == ["cut", "truncate", "stall", "drip", "row"])
        #expect(kinds(.completeJobsResults) == ["cut", "truncate", "stall", "drip", "row", "page"])
    }

    @Test func `ask for seconds of silence, and now and then for hours`() {
        let silences = drawn(RandomFaults(seed: 3, perThousand: 1_000), at: .limits)
            .compactMap { $0.contains("=429,") ? Int($0.split(separator: ":").last ?? "") : nil }
        #expect(silences.contains { $0 < 60 })
        #expect(silences.contains { $0 >= 3_600 })
        #expect(silences.allSatisfy { (1...14_400).contains($0) })
    }

    @Test func `are played where the script has no fault, and the ledger tells them`() async throws {
        let asker = try await Asker()
        asker.simulator.rewrite {
            $0.faults = [Fault(.token, .nth(2), .status(418))]
            $0.randomFaults = RandomFaults(seed: 1, perThousand: 1_000)
        }
        for _ in 1...3 { _ = Asker.askForToken(asker.simulator, id: asker.simulator.clientID, secret: "") }
        let faults = asker.simulator.ledger.entries(of: .token).dropFirst().map(\.fault)
        let random = RandomFaults(seed: 1, perThousand: 1_000)
        #expect(
            faults == [
                random.fault(of: 1, at: .token)?.description, "token#2=418",
                random.fault(of: 3, at: .token)?.description,
            ])
    }

    @Test func `can be an execution that is gone for good`() async throws {
        let fault = try Fault("results#1=forget")
        #expect(fault.description == "results#1=forget")
        let asker = try await Asker(script: Script(faults: [fault]))
        let path = try await asker.submitted(
            #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OAuthClientId"]}"#)
        #expect(asker.get(path).status == 404)
        #expect(asker.get(path).status == 404)
        #expect(asker.simulator.ledger.entries(of: .results).map(\.fault) == ["results#1=forget", nil])
    }
}
