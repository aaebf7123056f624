import FoundationEssentials
import UsageDomain

extension ProbeReport: CustomStringConvertible {
    /// The comparisons with what was asked and answered, for a terminal; without a line break at the end.
    package var description: String {
        let verdict =
            holds
            ? "The API understands ranges of time as expected."
            : "The API does not understand ranges of time as expected: its units must not be published."
        return (findings.map(\.description) + [verdict]).joined(separator: "\n")
    }
}

extension ProbeReport.Finding: CustomStringConvertible {
    package var description: String {
        let title = "\(holds ? "holds" : "FAILS")  \(comparison)"
        return ([title] + exchanges.map { "       \($0)" }).joined(separator: "\n")
    }
}

extension ProbeReport.Comparison: CustomStringConvertible {
    package var description: String {
        switch self {
        case .day: "a day with known traffic has units"
        case .halves: "its two halves add up to it"
        case .twoDays: "it and the day before, asked for together, are the sum of both"
        case .seconds: "asked for in seconds instead of milliseconds, there is nothing or a refusal"
        }
    }
}

extension ProbeReport.Exchange: CustomStringConvertible {
    package var description: String {
        "\(instants.inUTC)\(isInSeconds ? " in seconds" : ""): \(answer)"
    }
}

extension ProbeReport.Exchange.Answer: CustomStringConvertible {
    package var description: String {
        switch self {
        case .units(let usage): Channel.allCases.map { "\($0.rawValue) \(usage[$0])" }.joined(separator: ", ")
        case .refused(let reason), .unusable(let reason): reason
        }
    }
}
