/// How the totals of two answers that ought to agree differ, name by name.
package struct TotalsDifference: Equatable, Sendable {
    /// One name whose sums are not the same.
    package struct Line: Equatable, Sendable {
        /// Of the OAuth client.
        package let name: String
        /// The first counter that differs, and its sums in either answer.
        package let counter: String
        package let read: Int128
        package let expected: Int128
    }

    /// Sorted by how much they differ, the greatest first, then by name.
    package let lines: [Line]
    /// How many requests all names together have too few, negative when they have too many.
    package let missingRequests: Int128

    /// - Parameters:
    ///   - read: sums of the answer in doubt by name; a name without an entry has none of anything.
    ///   - expected: sums of the answer that it is compared with.
    package init(_ read: [String: CounterSums], _ expected: [String: CounterSums]) {
        var lines: [Line] = []
        for name in Set(read.keys).union(expected.keys) {
            let (left, right) = (read[name] ?? CounterSums(), expected[name] ?? CounterSums())
            let differing = zip(left.named, right.named).first { $0.sum != $1.sum }
            guard let (found, wanted) = differing else { continue }
            lines.append(Line(name: name, counter: found.name, read: found.sum, expected: wanted.sum))
        }
        self.lines = lines.sorted {
            let (left, right) = (($0.read - $0.expected).magnitude, ($1.read - $1.expected).magnitude)
            return (right, $0.name) < (left, $1.name)
        }
        missingRequests =
            expected.values.reduce(0) { $0 + $1.requests } - read.values.reduce(0) { $0 + $1.requests }
    }

    package var isEmpty: Bool { lines.isEmpty }
}

extension TotalsDifference: CustomStringConvertible {
    /// `40 requests too few; "Billing Sync" has 10 requests instead of 50, …`, three names at most.
    package var description: String {
        let balance =
            switch missingRequests {
            case 0: "as many requests in all"
            case 1...: "\(missingRequests) requests too few"
            default: "\(-missingRequests) requests too many"
            }
        let named = lines.prefix(3).map {
            "\"\($0.name.prefix(80))\" has \($0.read) \($0.counter) instead of \($0.expected)"
        }
        let rest = lines.count > 3 ? " and \(lines.count - 3) more names" : ""
        return "\(balance); \(named.joined(separator: ", "))\(rest)"
    }
}
