import ArgumentParser
import UsageDomain

/// `2025-01-01..2025-12-31`, both days included.
struct BackfillRange: ExpressibleByArgument {
    let days: Range<Day>

    init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: true)
        guard ends.count == 2, argument == "\(ends[0])..\(ends[1])", let first = Day(ends[0]), let last = Day(ends[1]),
            first <= last
        else { return nil }
        days = first..<last.advanced(by: 1)
    }
}
