package import FoundationEssentials
package import UsageDomain

/// What the API answered to questions whose answers must agree (contract, section 3), so that a person can tell whether
/// it understands ranges of time as this program does.
package struct ProbeReport: Equatable, Sendable {
    /// One question and its answer.
    package struct Exchange: Equatable, Sendable {
        package enum Answer: Equatable, Sendable {
            case units(ChannelUsage)
            /// The range itself was refused.
            case refused(String)
            /// The answer came with success and is no usage.
            case unusable(String)
        }

        /// The range asked for, the second instant excluded.
        package let instants: Range<Date>
        /// Whether it was asked for in seconds, which is the wrong unit on purpose.
        package let isInSeconds: Bool
        package let answer: Answer

        /// The units answered; nil when there are none.
        var usage: ChannelUsage? {
            if case .units(let usage) = answer { usage } else { nil }
        }
    }

    /// What is compared.
    package enum Comparison: CaseIterable, Sendable {
        /// One day in milliseconds: it must have units, or the other comparisons prove nothing.
        case day
        /// The two halves of the day, which must add up to it.
        case halves
        /// The day and the one before in one question, which must be the sum of both.
        case twoDays
        /// The same day in seconds: nothing, or a refusal.
        case seconds
    }

    /// One comparison, made.
    package struct Finding: Equatable, Sendable {
        package let comparison: Comparison
        /// What was asked for it, beside the day itself.
        package let exchanges: [Exchange]
        package let holds: Bool
    }

    /// In the order of `Comparison`.
    package let findings: [Finding]
    /// HTTP requests sent.
    package let requests: Int

    /// Whether the API understands ranges of time as this program does. Otherwise its units must not be published.
    package var holds: Bool {
        findings.allSatisfy(\.holds)
    }
}

extension ProbeReport {
    /// Compares.
    ///
    /// - Parameters:
    ///   - day: the answer about the day.
    ///   - halves: the answers about its parts.
    ///   - dayBefore: the answer about the day before.
    ///   - bothDays: the answer about the two days together.
    ///   - seconds: the answer about the day, asked for in seconds.
    ///   - requests: HTTP requests sent for all of them.
    init(
        day: Exchange,
        halves: [Exchange],
        dayBefore: Exchange,
        bothDays: Exchange,
        seconds: Exchange,
        requests: Int
    ) {
        findings = [
            Finding(comparison: .day, exchanges: [day], holds: day.hasUnits),
            Finding(comparison: .halves, exchanges: halves, holds: day.isSum(of: halves)),
            Finding(
                comparison: .twoDays, exchanges: [dayBefore, bothDays], holds: bothDays.isSum(of: [dayBefore, day])),
            Finding(comparison: .seconds, exchanges: [seconds], holds: seconds.isNothing),
        ]
        self.requests = requests
    }
}

extension ProbeReport.Exchange {
    /// Whether there are units.
    fileprivate var hasUnits: Bool {
        switch answer {
        case .units(let usage): !usage.isZero
        case .refused, .unusable: false
        }
    }

    /// Whether there are no units, or the range was refused.
    fileprivate var isNothing: Bool {
        switch answer {
        case .units(let usage): usage.isZero
        case .refused: true
        case .unusable: false
        }
    }

    /// Whether the units of each channel are the sum of the parts'.
    fileprivate func isSum(of parts: [ProbeReport.Exchange]) -> Bool {
        let usages = parts.compactMap(\.usage)
        guard let usage, usages.count == parts.count else { return false }
        return Channel.allCases.allSatisfy { channel in
            usage[channel] == usages.reduce(0) { $0 + $1[channel] }
        }
    }
}

extension ChannelUsage {
    fileprivate var isZero: Bool {
        Channel.allCases.allSatisfy { self[$0] == 0 }
    }
}
