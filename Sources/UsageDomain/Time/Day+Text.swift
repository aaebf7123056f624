extension Day: CustomStringConvertible {
    /// Reads `yyyy-MM-dd`; nil for every other spelling and for a date that does not exist.
    package init?(_ text: some StringProtocol) {
        self.init(isoDateBytes: Array(text.utf8)[...])
    }

    /// Reads the ten bytes `yyyy-MM-dd`; nil for anything else.
    package init?(isoDateBytes bytes: ArraySlice<UInt8>) {
        guard bytes.count == 10 else { return nil }
        let first = bytes.startIndex
        guard bytes[first + 4] == UInt8(ascii: "-"), bytes[first + 7] == UInt8(ascii: "-") else { return nil }
        func number(_ offsets: Range<Int>) -> Int? {
            var value = 0
            for offset in offsets {
                let digit = bytes[first + offset] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// `yyyy-MM-dd`.
    package var description: String {
        let (year, month, day) = components
        return "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
    }
}

extension Int {
    func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
