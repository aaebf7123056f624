extension Grammar {
    /// A string's content and closing quote, checked; `index` starts behind the opening one.
    @inline(__always)
    static func string(_ bytes: RawSpan, _ index: inout Int) throws(Fault) -> StringExtent {
        let start = index
        var hasEscapes = false
        while true {
            skipPlain(bytes, &index)
            let next = try byte(bytes, index)
            if next == UInt8(ascii: "\"") {
                index += 1
                return StringExtent(start: start, end: index - 1, hasEscapes: hasEscapes)
            }
            if next == UInt8(ascii: "\\") {
                hasEscapes = true
                try escape(bytes, &index)
            } else if next >= 0x80 {
                try multibyteSequences(bytes, &index)
            } else if next < 0x20 {
                throw .invalid(.controlCharacter(next), at: index)
            } else {
                index += 1
            }
        }
    }

    /// Skips, eight bytes at a time, up to the first byte that is not plain ASCII, or to the last seven bytes.
    @inline(__always)
    private static func skipPlain(_ bytes: RawSpan, _ index: inout Int) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while index <= bytes.byteCount &- 8 {
            let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // A borrow can mark a byte wrongly only above a byte that is marked rightly; the lowest mark counts.
            let marks =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word)
                & highs
            guard marks == 0 else {
                index &+= marks.trailingZeroBitCount &>> 3
                return
            }
            index &+= 8
        }
    }

    /// One or more well-formed UTF-8 sequences of two to four bytes (table 3-7 of the Unicode Standard).
    private static func multibyteSequences(_ bytes: RawSpan, _ index: inout Int) throws(Fault) {
        var lead = try byte(bytes, index)
        repeat {
            let second: ClosedRange<UInt8>
            let length: Int
            switch lead {
            case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
            case 0xE0: (second, length) = (0xA0...0xBF, 3)
            case 0xED: (second, length) = (0x80...0x9F, 3)
            case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
            case 0xF0: (second, length) = (0x90...0xBF, 4)
            case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
            case 0xF4: (second, length) = (0x80...0x8F, 4)
            default: throw .invalid(.invalidUTF8(lead), at: index)
            }
            guard second.contains(try byte(bytes, index + 1)) else { throw .invalid(.invalidUTF8(lead), at: index) }
            for offset in 2..<length {
                guard try byte(bytes, index + offset) & 0xC0 == 0x80 else {
                    throw .invalid(.invalidUTF8(lead), at: index)
                }
            }
            index += length
            lead = try byte(bytes, index)
        } while lead >= 0x80
    }

    /// One escape sequence, or the two that make a surrogate pair.
    private static func escape(_ bytes: RawSpan, _ index: inout Int) throws(Fault) {
        let start = index
        let letter = try byte(bytes, index + 1)
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
        case UInt8(ascii: "u"):
            index += 2
            let unit = try codeUnit(bytes, &index)
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00,
                try byte(bytes, index) == UInt8(ascii: "\\"),
                try byte(bytes, index + 1) == UInt8(ascii: "u")
            else { throw .invalid(.loneSurrogate(unit), at: start) }
            index += 2
            guard try codeUnit(bytes, &index) & 0xFC00 == 0xDC00 else {
                throw .invalid(.loneSurrogate(unit), at: start)
            }
        default:
            throw .invalid(.invalidEscape(letter), at: index + 1)
        }
    }

    /// Four hexadecimal digits.
    private static func codeUnit(_ bytes: RawSpan, _ index: inout Int) throws(Fault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit = try byte(bytes, index)
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "A") + 10)
            default: throw .invalid(.invalidEscape(digit), at: index)
            }
            index += 1
        }
        return unit
    }

    /// Appends the content of a string that `string(_:_:)` accepted, escapes resolved, as UTF-8.
    static func unescape(_ bytes: RawSpan, _ extent: StringExtent, into text: inout [UInt8]) throws(Fault) {
        var index = extent.start
        while index < extent.end {
            let next = try byte(bytes, index)
            index += 1
            guard next == UInt8(ascii: "\\") else {
                text.append(next)
                continue
            }
            let letter = try byte(bytes, index)
            index += 1
            switch letter {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = UInt32(try codeUnit(bytes, &index))
                if scalar & 0xF800 == 0xD800 {
                    index += 2
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + UInt32(try codeUnit(bytes, &index)) & 0x3FF
                }
                append(scalar, to: &text)
            default: text.append(letter)
            }
        }
    }

    private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
        switch scalar {
        case ..<0x80:
            text.append(UInt8(scalar))
        case ..<0x800:
            text.append(UInt8(0xC0 | scalar >> 6))
            text.append(UInt8(0x80 | scalar & 0x3F))
        case ..<0x10000:
            text.append(UInt8(0xE0 | scalar >> 12))
            text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            text.append(UInt8(0x80 | scalar & 0x3F))
        default:
            text.append(UInt8(0xF0 | scalar >> 18))
            text.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            text.append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
