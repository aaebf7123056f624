/// What past executions tell of when the next one of the same dataset and size will be ready.
package struct ReadinessHistory: Sendable {
    /// How many of the latest executions of a kind count.
    static let length = 20
    /// After so many first polls in vain, one after the other, what the history says is doubted.
    static let patience = 10

    /// Queries of one kind take about the same time.
    private struct Kind: Hashable {
        let dataset: Dataset
        let size: Size
        /// Sums are sooner ready than the rows that they are of.
        let isTotals: Bool

        init(_ query: Query) {
            dataset = query.window.dataset
            size = Size(query.window.days)
            isTotals = query.part == Query.totals
        }
    }

    private enum Size {
        case day, week, month

        init(_ days: Range<Day>) {
            self =
                switch days.count {
                case ...1: .day
                case ...7: .week
                default: .month
                }
        }
    }

    private struct Past {
        /// The newest last.
        var latest: [Readiness] = []
        var count = 0
    }

    private var past: [Kind: Past] = [:]

    package init() {}

    /// Takes note of an execution; the order of calls is the order of time.
    package mutating func add(_ readiness: Readiness, of query: Query) {
        let kind = Kind(query)
        var known = past[kind] ?? Past()
        if known.latest.count == Self.length { known.latest.removeFirst() }
        known.latest.append(readiness)
        known.count += 1
        past[kind] = known
    }

    /// How long after its acceptance half of the past executions of a query's kind were ready; nil when that is not
    /// known.
    ///
    /// Where waiting longer has not once helped, the vendor may get ready because of being asked, or have become much
    /// slower. Then only every fourth answer says what the history does, and the others leave it to the standard way.
    package func expected(_ query: Query) -> Duration? {
        guard let known = past[Kind(query)] else { return nil }
        let last = known.latest.suffix(Self.patience)
        let isDoubtful = last.count == Self.patience && !last.contains(where: \.wasReadyAtOnce)
        guard !isDoubtful || known.count.isMultiple(of: 4) else { return nil }
        let sorted = known.latest.map(\.after).sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
