import UsageDomain

extension Day {
    /// Reads `2020-02-02T00:00:00Z`, with any number of zeros as fraction and `+00:00` instead of `Z`, or
    /// `2020-02-02`; nil for anything else, be it another hour or another zone.
    init?(midnight text: Span<UInt8>) {
        guard text.count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let year = text.number(0..<4), let month = text.number(5..<7), let day = text.number(8..<10),
            text.count == 10 || text.isMidnight(from: 10)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension Span<UInt8> {
    fileprivate func number(_ digits: Range<Int>) -> Int? {
        var value = 0
        for index in digits {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    fileprivate func isMidnight(from start: Int) -> Bool {
        guard var index = skip("T00:00:00", from: start) else { return false }
        if index < count, self[index] == UInt8(ascii: ".") {
            index += 1
            let fraction = index
            while index < count, self[index] == UInt8(ascii: "0") { index += 1 }
            guard index > fraction else { return false }
        }
        return ["Z", "+00:00", "+0000"].contains { skip($0, from: index) == count }
    }

    private func skip(_ text: StaticString, from start: Int) -> Int? {
        guard start + text.utf8CodeUnitCount <= count else { return nil }
        return text.withUTF8Buffer { expected in
            for (offset, byte) in expected.enumerated() where self[start + offset] != byte { return nil }
            return start + expected.count
        }
    }
}
