/// Faults that hit requests by chance: which request is hit and how follows from a seed and from how many requests of its
/// endpoint came before.
package struct RandomFaults: Sendable {
    /// Requests out of a thousand that are hit.
    package var perThousand: Int
    /// How often a 429 asks for hours of silence: one out of so many.
    package var longSilenceOneIn = 40
    private let seed: Seed

    /// - Parameters:
    ///   - seed: gives the same faults for ever.
    ///   - perThousand: requests out of a thousand that are hit.
    package init(seed: UInt64, perThousand: Int) {
        self.seed = Seed(seed)
        self.perThousand = perThousand
    }

    /// Draws whether a request is hit, and how.
    ///
    /// - Parameters:
    ///   - number: how many requests of the endpoint there were, this one included.
    ///   - endpoint: what is asked for.
    /// - Returns: the fault; nil for most requests.
    func fault(of number: Int, at endpoint: Endpoint) -> Fault? {
        let place = Endpoint.allCases.firstIndex(of: endpoint) ?? 0
        let draw = seed.derived(place).derived(number)
        guard draw.number(below: 1_000) < perThousand else { return nil }
        let effects = effects(at: endpoint, draw.derived(1))
        return Fault(endpoint, .nth(number), effects[draw.derived(0).number(below: effects.count)])
    }

    /// What can happen at an endpoint; whatever an effect needs to know is drawn.
    private func effects(at endpoint: Endpoint, _ draw: Seed) -> [Fault.Effect] {
        let bytes = 1 + draw.derived(0).number(below: 400)
        if endpoint.isOfScriptsAlone {
            // A complete answer: it is spoiled on its way, or was wrong from the beginning.
            var effects: [Fault.Effect] = [
                .cut(afterBytes: bytes), .truncate(afterBytes: bytes), .stall(afterBytes: bytes),
                .drip(bytes: 1 + bytes / 4, every: .milliseconds(1)), .row(RowFault(.duplicate)),
                .row(RowFault(.set(field: "requests", json: "-1"))),
            ]
            if endpoint == .completeSearchResults || endpoint.isOfJobs {
                effects += [.page(.repeated), .page(.sameCursor), .page(.deadCursor), .page(.short)]
            }
            return effects
        }
        let silence =
            draw.derived(1).number(below: longSilenceOneIn) == 0
            ? 3_600 * (1 + draw.derived(2).number(below: 4)) : 1 + draw.derived(2).number(below: 90)
        var effects: [Fault.Effect] = [
            .status(429, retryAfter: silence), .status(429), .status(500), .status(502), .status(503, retryAfter: 3),
            .status(504), .html(502), .reset, .hang, .delay(.milliseconds(1 + bytes / 20)),
        ]
        if endpoint != .token { effects.append(.expireToken) }
        if endpoint.complete != nil {
            // There is an execution, which may come to nothing.
            effects += [.queryStatus("Failed"), .queryStatus("Failed"), .forget, .forget]
        }
        return effects
    }
}
