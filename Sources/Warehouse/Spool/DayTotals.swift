package import UsageDomain

/// Sums over the rows of one day, with which two answers about it are compared.
package struct DayTotals: Equatable, Sendable {
    package private(set) var rows = 0
    package private(set) var sums = CounterSums()
    /// By position of the client in the answer.
    private(set) var sumsByClient: [UInt32: CounterSums] = [:]

    package init() {}

    /// All requests of the day.
    package var requests: Int128 { sums.requests }

    /// - Returns: whether the client is new to the day.
    @discardableResult
    mutating func add(_ counts: UsageCounts, of client: UInt32) -> Bool {
        rows += 1
        sums += counts
        let clients = sumsByClient.count
        sumsByClient[client, default: CounterSums()] += counts
        return sumsByClient.count > clients
    }

    mutating func add(_ others: DayTotals) {
        rows += others.rows
        sums += others.sums
        for (client, share) in others.sumsByClient { sumsByClient[client, default: CounterSums()] += share }
    }

    /// Positions of clients differ from answer to answer, so equality looks at the sums alone.
    package static func == (left: DayTotals, right: DayTotals) -> Bool {
        (left.rows, left.sums) == (right.rows, right.sums)
    }
}
