import Testing
import UsageDomain

struct TotalsDifferenceTests {
    func sums(_ requests: Int64, ok: Int64? = nil, throttled: Int64 = 0) -> CounterSums {
        var sums = CounterSums()
        sums += UsageCounts(
            requests: requests,
            statusCounts: StatusCounts(
                status200: ok ?? requests, status300: 0, status400: 0, status429: throttled, status500: 0))
        return sums
    }

    @Test func `equal totals do not differ, and a name without anything equals an absent one`() {
        #expect(TotalsDifference(["a": sums(5)], ["a": sums(5)]).isEmpty)
        #expect(TotalsDifference(["a": sums(5), "b": CounterSums()], ["a": sums(5)]).isEmpty)
    }

    @Test func `a missing name, a surplus name and a changed counter are each named, the greatest difference first`() {
        let difference = TotalsDifference(
            ["same": sums(7), "surplus": sums(2), "moved": sums(9, ok: 4)],
            ["same": sums(7), "missing": sums(40), "moved": sums(9)])
        #expect(difference.lines.map(\.name) == ["missing", "moved", "surplus"])
        #expect(difference.missingRequests == 38)
        #expect(
            difference.description == "38 requests too few; \"missing\" has 0 requests instead of 40, "
                + "\"moved\" has 4 status 200 instead of 9, \"surplus\" has 2 requests instead of 0")
    }

    @Test func `a difference in one status alone is a difference`() {
        let difference = TotalsDifference(["a": sums(5, throttled: 1)], ["a": sums(5, throttled: 2)])
        #expect(difference.lines.map(\.counter) == ["status 429"])
        #expect(difference.description.hasPrefix("as many requests in all; "))
    }

    @Test func `many names are counted, not listed, and sums beyond 64 bits do not trap`() {
        var names: [String: CounterSums] = [:]
        for number in 0..<10 {
            names["client \(number)"] = sums(Int64.max, ok: 0)
            names["client \(number)", default: CounterSums()] += UsageCounts(
                requests: Int64.max,
                statusCounts: StatusCounts(status200: 0, status300: 0, status400: 0, status429: 0, status500: 0))
        }
        let difference = TotalsDifference(names, [:])
        #expect(difference.lines.count == 10)
        #expect(difference.description.hasSuffix("and 7 more names"))
        #expect(difference.missingRequests == -20 * Int128(Int64.max))
    }
}
