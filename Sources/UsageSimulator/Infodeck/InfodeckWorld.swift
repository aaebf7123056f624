package import FoundationEssentials

/// An organization at Infodeck and all that its channels ever used, as a value: the same seed and the same restatements
/// give the same units for ever.
///
/// Usage is a list of events, each at one millisecond, at most one in a minute and channel. So any range can be summed
/// exactly, and the parts of a range always add up to the whole.
package struct InfodeckWorld: Sendable {
    /// A counter of the contract's section 1, by its key.
    package enum Channel: String, CaseIterable, Sendable {
        case sms = "usageSms"
        case whatsapp = "usageWhatsapp"
        case email = "usageEmail"
        case sage = "usageSage"
    }

    package var organizationID = "o-tower"
    package var companyName = "Tower \u{201C}One\u{201D} B.V."
    /// JSON of the member `timezone`; nil leaves it out.
    package var timeZoneJSON: String? = #""Asia/Taipei""#
    /// Whether Sage is counted in thousandths.
    package var hasFractions = false
    /// Nothing was counted before.
    package var beginning = World.Day(2024, 1, 1).start

    private let seed: Seed
    private var restatements: [Range<Int64>] = []

    package init(seed: UInt64) {
        self.seed = Seed(seed)
    }

    /// The units of a channel between two instants, the second excluded; exact.
    package func units(_ channel: Channel, in instants: Range<Date>) -> Decimal {
        let first = Self.milliseconds(instants.lowerBound)
        return Decimal(thousandths(channel, in: first..<max(first, Self.milliseconds(instants.upperBound)))) / 1_000
    }

    /// Whether an event of a channel is at exactly this millisecond.
    package func hasEvent(_ channel: Channel, at instant: Date) -> Bool {
        let moment = Self.milliseconds(instant)
        return thousandths(channel, in: moment..<moment + 1) > 0
    }

    /// The first event of a channel at or after an instant.
    package func firstEvent(_ channel: Channel, from instant: Date) -> Date {
        let first = Self.milliseconds(instant)
        var minute = first / Self.minute
        while true {
            if let event = event(channel, minute: minute), event.moment >= first {
                return Date(timeIntervalSince1970: Double(event.moment) / 1_000)
            }
            minute += 1
        }
    }

    /// Changes what was counted between two instants, the second excluded: each event there counts one unit more.
    package mutating func restate(_ instants: Range<Date>) {
        restatements.append(Self.milliseconds(instants.lowerBound)..<Self.milliseconds(instants.upperBound))
    }

    // MARK: In milliseconds since 1970

    static let minute: Int64 = 60_000

    static func milliseconds(_ instant: Date) -> Int64 {
        Int64((instant.timeIntervalSince1970 * 1_000).rounded())
    }

    /// The units in a range, in thousandths.
    func thousandths(_ channel: Channel, in range: Range<Int64>) -> Int {
        let start = max(range.lowerBound, Self.milliseconds(beginning))
        guard start < range.upperBound else { return 0 }
        return (start / Self.minute...(range.upperBound - 1) / Self.minute).reduce(0) { sum, minute in
            guard let event = event(channel, minute: minute), range.contains(event.moment) else { return sum }
            return sum + event.thousandths
        }
    }

    /// What happens in a minute; about every fourth has an event.
    private func event(_ channel: Channel, minute: Int64) -> (moment: Int64, thousandths: Int)? {
        let place = Channel.allCases.firstIndex(of: channel) ?? 0
        let draw = seed.derived(place).derived(Int(minute))
        guard draw.number(below: 4) == 0 else { return nil }
        let moment = minute * Self.minute + Int64(draw.derived(0).number(below: Int(Self.minute)))
        var thousandths = 1_000 * (1 + draw.derived(1).number(below: 9))
        if channel == .sage, hasFractions { thousandths += draw.derived(2).number(below: 1_000) }
        thousandths += 1_000 * restatements.count { $0.contains(moment) }
        return (moment, thousandths)
    }
}
