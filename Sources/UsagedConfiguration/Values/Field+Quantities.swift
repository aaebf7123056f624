import UsageDomain

extension Field {
    /// A number with one of the units s, m, h and d.
    func duration(in range: ClosedRange<Duration>) -> Duration? {
        let remedy =
            "write a whole number with a unit, s, m, h or d, from \(shortest(range.lowerBound)) "
            + "to \(shortest(range.upperBound))"
        guard let text = scalarText(remedy: remedy) else { return nil }
        guard let (count, unit) = count(text, units: ["s": 1, "m": 60, "h": 3600, "d": 86_400]) else {
            refuse("\(quoted(text)) is not a duration", remedy)
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, range.contains(.seconds(seconds)) else {
            refuse("\(quoted(text)) is out of range", remedy)
            return nil
        }
        return .seconds(seconds)
    }

    /// A duration of whole days, `35d` or `48h`.
    func wholeDays(in range: ClosedRange<Int>) -> Int? {
        guard let duration = duration(in: .days(range.lowerBound) ... .days(range.upperBound)) else { return nil }
        let (days, rest) = duration.components.seconds.quotientAndRemainder(dividingBy: 86_400)
        guard rest == 0 else {
            refuse("it is not a number of whole days", "write it in days, as 35d")
            return nil
        }
        return Int(days)
    }

    /// A number of bytes with one of the units KiB, MiB, GiB and TiB.
    func size(in range: ClosedRange<Int64>) -> Int64? {
        let remedy = "write a whole number with a unit, KiB, MiB, GiB or TiB, from 1KiB to 1TiB, as 4GiB"
        guard let text = scalarText(remedy: remedy) else { return nil }
        let units: [String: Int64] = ["KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40]
        guard let (count, unit) = count(text, units: units) else {
            refuse("\(quoted(text)) is not a size", remedy)
            return nil
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, range.contains(bytes) else {
            refuse("\(quoted(text)) is out of range", remedy)
            return nil
        }
        return bytes
    }

    /// A number above 0 and at most 1.
    func share() -> Double? {
        let remedy = "write a number above 0 and at most 1, as 0.8"
        guard let text = scalarText(remedy: remedy) else { return nil }
        let isPlain = text.allSatisfy { $0.isASCIIDigit || $0 == "." } && text.contains { $0.isASCIIDigit }
        guard isPlain, let value = Double(text), value > 0, value <= 1 else {
            refuse("\(quoted(text)) is not such a share", remedy)
            return nil
        }
        return value
    }

    /// `yyyy-MM-dd`, a day that the calendar has, from 2000-01-01 on.
    func date(notAfter last: Day) -> Day? {
        let remedy = "write a day that exists as yyyy-MM-dd, as 2025-01-01"
        guard let text = scalarText(remedy: remedy) else { return nil }
        guard let date = Day(text) else {
            refuse("\(quoted(text)) is not a date", remedy)
            return nil
        }
        // Neither vendor counted anything before; an earlier year is a slip that would plan windows for centuries.
        guard text >= "2000-01-01" else {
            refuse("\(date) is too long ago", "write a day from 2000-01-01 on")
            return nil
        }
        guard date <= last else {
            refuse("\(date) is in the future", "write a day up to \(last)")
            return nil
        }
        return date
    }

    /// Digits without a leading zero, then a unit.
    private func count(_ text: String, units: [String: Int64]) -> (count: Int64, unit: Int64)? {
        let digits = text.prefix(while: \.isASCIIDigit)
        guard let first = digits.first, first != "0", let unit = units[String(text.dropFirst(digits.count))] else {
            return nil
        }
        return (Int64(digits) ?? .max, unit)
    }

    private func shortest(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return seconds % 86_400 == 0 ? "\(seconds / 86_400)d" : "\(seconds)s"
    }
}

extension Duration {
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
