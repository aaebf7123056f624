import Transport
import UsageDomain

/// Counters of many rows, summed; no real sum is too large for it.
struct UsageSums: Equatable, Sendable {
    private(set) var requests: Int128 = 0
    private(set) var status200: Int128 = 0
    private(set) var status300: Int128 = 0
    private(set) var status400: Int128 = 0
    private(set) var status429: Int128 = 0
    private(set) var status500: Int128 = 0

    mutating func add(_ counts: UsageCounts) {
        requests += Int128(counts.requests)
        status200 += Int128(counts.statusCounts.status200)
        status300 += Int128(counts.statusCounts.status300)
        status400 += Int128(counts.statusCounts.status400)
        status429 += Int128(counts.statusCounts.status429)
        status500 += Int128(counts.statusCounts.status500)
    }

    mutating func add(_ other: UsageSums) {
        requests += other.requests
        status200 += other.status200
        status300 += other.status300
        status400 += other.status400
        status429 += other.status429
        status500 += other.status500
    }

    /// Each counter that is another one there: `requests 96 instead of 108`.
    func differences(from expected: UsageSums) -> [String] {
        let counters: [(String, KeyPath<UsageSums, Int128>)] = [
            ("requests", \.requests), ("status200", \.status200), ("status300", \.status300),
            ("status400", \.status400), ("status429", \.status429), ("status500", \.status500),
        ]
        return counters.compactMap { name, counter in
            let (own, other) = (self[keyPath: counter], expected[keyPath: counter])
            return own == other ? nil : "\(name) \(own) instead of \(other)"
        }
    }
}

/// Counters by client name, the only name by which a simple search and an organization query both know a client.
struct SumsByName: Equatable, Sendable {
    /// Most names that a difference spells out.
    private static let named = 3

    private var sums: [ExactText: UsageSums] = [:]

    mutating func add(_ counts: UsageCounts, of clientName: String) {
        sums[ExactText(text: clientName), default: UsageSums()].add(counts)
    }

    mutating func add(_ other: SumsByName) {
        sums.merge(other.sums) { own, other in
            var sum = own
            sum.add(other)
            return sum
        }
    }

    /// How the sums of the searches differ from those of the organization query; nil when they do not.
    func difference(from expected: SumsByName) -> String? {
        let names = Set(sums.keys).union(expected.sums.keys).filter { name in
            sums[name, default: UsageSums()] != expected.sums[name, default: UsageSums()]
        }
        guard !names.isEmpty else { return nil }
        let missing = expected.requests - requests
        let howMany =
            missing == 0
            ? "as many requests as" : "\(missing.magnitude) requests \(missing > 0 ? "less" : "more") than"
        let details = names.sorted().prefix(Self.named).map { name in
            let differences = sums[name, default: UsageSums()]
                .differences(from: expected.sums[name, default: UsageSums()])
            return "\"\(name.text.quotable(limit: 60))\" (\(differences.joined(separator: ", ")))"
        }
        let more = names.count > details.count ? " and \(names.count - details.count) more" : ""
        return "the searches of the day hold \(howMany) its organization query, and differ from it for "
            + "\(names.count) client names: \(details.joined(separator: ", "))\(more)"
    }

    private var requests: Int128 {
        sums.values.reduce(0) { $0 + $1.requests }
    }
}
