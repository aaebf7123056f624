/// The `interval` of a query: an ISO 8601 interval whose end is inclusive (contract, section 3).
struct Interval {
    /// The days that the interval touches; nil when its end is before its start, which real clients were seen to send.
    let days: ClosedRange<World.Day>?

    /// Reads the interval; nil when it is not an interval of two ISO 8601 dates.
    ///
    /// Accepted on each side are years, months, days, and times of a day with or without seconds, fraction and zone. Dates
    /// without a time mean UTC.
    ///
    /// - Parameters:
    ///   - text: For example `2020-02-01/2020-02-28` or `2024-01-01T00:00:00.000Z/2024-01-31T23:59:59.999Z`.
    ///   - midnightEndIncludesDay: Whether an end of exactly midnight takes in the day that begins there.
    ///   - zonelessTimes: What times without a zone mean.
    init?(_ text: String, midnightEndIncludesDay: Bool, zonelessTimes: Script.ZonelessTimes = .utc) {
        let sides = text.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, let start = Moment(sides[0], zonelessTimes),
            let end = Moment(sides[1], zonelessTimes)
        else { return nil }
        var last = end.lastDay
        if end.isMidnight, !midnightEndIncludesDay {
            last = last.advanced(by: -1)
        }
        days = start.firstDay <= last ? start.firstDay...last : nil
    }
}

/// One side of an interval, as coarse as it was written.
private struct Moment {
    /// The first and the last day that the text names, in UTC.
    let firstDay, lastDay: World.Day
    /// Whether a time was given, and it is the very start of a UTC day.
    let isMidnight: Bool

    init?(_ text: Substring, _ zonelessTimes: Script.ZonelessTimes) {
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard (1...3).contains(date.count), date[0].utf8.count == 4,
            date.dropFirst().allSatisfy({ $0.utf8.count == 2 }),
            let year = number(date[0]), let month = date.count > 1 ? number(date[1]) : 1,
            let day = date.count > 2 ? number(date[2]) : 1,
            let first = World.Day("\(date[0])-\(date.count > 1 ? date[1] : "01")-\(date.count > 2 ? date[2] : "01")")
        else { return nil }
        guard halves.count == 2 else {
            firstDay = first
            lastDay =
                switch date.count {
                case 1: World.Day(year + 1, 1, 1).advanced(by: -1)
                case 2: World.Day(year, month + 1, 1).advanced(by: -1)
                default: World.Day(year, month, day)
                }
            isMidnight = false
            return
        }
        guard date.count == 3, let milliseconds = Moment.milliseconds(halves[1], zonelessTimes) else { return nil }
        let dayLength = 86_400_000
        let offset = Int((Double(milliseconds) / Double(dayLength)).rounded(.down))
        firstDay = first.advanced(by: offset)
        lastDay = firstDay
        isMidnight = milliseconds == offset * dayLength
    }

    /// Milliseconds from the start of the day as written to the moment in UTC; negative or beyond a day with a zone.
    private static func milliseconds(_ text: Substring, _ zonelessTimes: Script.ZonelessTimes) -> Int? {
        var clock = text
        var zone = zonelessTimes.offsetMilliseconds
        if clock.hasSuffix("Z") {
            clock.removeLast()
            zone = 0
        } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let digits = clock[clock.index(after: sign)...].filter { $0 != ":" }
            guard digits.count == 4 || digits.count == 2, let hours = number(digits.prefix(2)),
                let minutes = digits.count == 4 ? number(digits.suffix(2)) : 0
            else { return nil }
            zone = (hours * 60 + minutes) * (clock[sign] == "-" ? -60_000 : 60_000)
            clock = clock[..<sign]
        }
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let hours = number(parts[0]),
            let minutes = parts.count > 1 ? number(parts[1]) : 0, hours <= 24, minutes < 60
        else { return nil }
        var milliseconds = (hours * 60 + minutes) * 60_000
        if parts.count == 3 {
            let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
            guard seconds.count <= 2, let whole = number(seconds[0]), whole <= 60 else { return nil }
            milliseconds += whole * 1_000
            if seconds.count == 2 {
                guard number(seconds[1].prefix(9)) != nil, let fraction = number((seconds[1] + "00").prefix(3)) else {
                    return nil
                }
                milliseconds += fraction
            }
        }
        return milliseconds - zone
    }
}

/// Decimal digits alone: no sign, no space.
private func number(_ digits: some StringProtocol) -> Int? {
    digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
}
