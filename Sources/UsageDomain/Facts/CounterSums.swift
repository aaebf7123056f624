/// Sums of the six counters over many rows, in requests. 128 bits, since two 64-bit counters may add up to more than 64.
package struct CounterSums: Hashable, Sendable {
    package var requests: Int128
    package var status200: Int128
    package var status300: Int128
    package var status400: Int128
    package var status429: Int128
    package var status500: Int128

    package init(
        requests: Int128 = 0,
        status200: Int128 = 0,
        status300: Int128 = 0,
        status400: Int128 = 0,
        status429: Int128 = 0,
        status500: Int128 = 0
    ) {
        self.requests = requests
        self.status200 = status200
        self.status300 = status300
        self.status400 = status400
        self.status429 = status429
        self.status500 = status500
    }

    package static func += (sums: inout CounterSums, counts: UsageCounts) {
        sums.requests += Int128(counts.requests)
        sums.status200 += Int128(counts.statusCounts.status200)
        sums.status300 += Int128(counts.statusCounts.status300)
        sums.status400 += Int128(counts.statusCounts.status400)
        sums.status429 += Int128(counts.statusCounts.status429)
        sums.status500 += Int128(counts.statusCounts.status500)
    }

    package static func += (sums: inout CounterSums, others: CounterSums) {
        sums.requests += others.requests
        sums.status200 += others.status200
        sums.status300 += others.status300
        sums.status400 += others.status400
        sums.status429 += others.status429
        sums.status500 += others.status500
    }
}

extension CounterSums {
    /// The counters by the words of the documentation, in the order in which people read them.
    package var named: [(name: String, sum: Int128)] {
        [
            ("requests", requests), ("status 200", status200), ("status 300", status300), ("status 400", status400),
            ("status 429", status429), ("status 500", status500),
        ]
    }
}
