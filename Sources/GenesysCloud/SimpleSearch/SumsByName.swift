import Transport
import UsageDomain

/// Counters by client name, the only name by which a simple search and an organization query both know a client.
struct SumsByName: Sendable {
    private var sums: [ExactText: CounterSums] = [:]

    mutating func add(_ counts: UsageCounts, of clientName: String) {
        sums[ExactText(text: clientName), default: CounterSums()] += counts
    }

    /// How the sums differ from those expected; nil when they do not. A name without an entry has none of anything.
    func difference(from expected: SumsByName) -> TotalsDifference? {
        let differing = Set(sums.keys).union(expected.sums.keys).filter {
            sums[$0, default: CounterSums()] != expected.sums[$0, default: CounterSums()]
        }
        guard !differing.isEmpty else { return nil }
        return TotalsDifference(quotable(differing), expected.quotable(differing))
    }

    /// The sums by names that can be told apart in a log line, even when they look the same.
    private func quotable(_ names: Set<ExactText>) -> [String: CounterSums] {
        var quotable: [String: CounterSums] = [:]
        for name in names {
            guard let sum = sums[name] else { continue }
            quotable[name.text.quotable(limit: .max), default: CounterSums()] += sum
        }
        return quotable
    }
}
