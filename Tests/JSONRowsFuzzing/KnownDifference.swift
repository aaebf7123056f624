package import JSONRows

/// Where the scanner and Foundation's `JSONDecoder` differ on purpose: all of it, with the reasons. Whatever else they
/// differ on is a defect of one of them.
package enum KnownDifference: CaseIterable, Sendable {
    /// Foundation takes one of the members and does not say which. A document that says two things says nothing.
    case duplicateKey
    /// Foundation reads `1.0` and `1e2` as integers, through a `Double` where it must, which is exact up to 2⁵³ only.
    /// Counters are spelled as integers.
    case notAnInteger
    /// Foundation skips a byte order mark, which RFC 8259 does not allow a sender to write.
    case byteOrderMark
    /// Foundation guesses UTF-16 and UTF-32 from the zero bytes of the beginning. RFC 8259 knows UTF-8 alone.
    case otherEncoding
    /// Foundation lets a comma stand before the end of an array or object. RFC 8259 does not; it may be the trace of a row
    /// that was lost.
    case trailingComma
    /// Foundation follows 512 levels. No answer needs more than ten, and the scanner's stack is everybody's.
    case nesting
    /// Foundation refuses what no `Double` can hold, wherever it stands. The scanner reads only the numbers of its
    /// columns and leaves every other one alone, so that an unknown field cannot spoil a day.
    case numberBeyondDouble
    /// Foundation has no limit to a key or a row.
    case length

    /// The difference that explains why two judgements of a body differ; nil when none does.
    package init?(explaining body: [UInt8], _ error: JSONRowsError?) {
        switch error?.kind {
        case .duplicateKey: self = .duplicateKey
        case .notAnInteger: self = .notAnInteger
        case .byteOrderMark: self = .byteOrderMark
        case .tooDeep: self = .nesting
        case .tooLong: self = .length
        case .unexpectedByte(let byte, _)
        where byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}"):
            guard let error, Self.endsWithComma(body.prefix(error.byteOffset)) else { return nil }
            self = .trailingComma
        case nil where Self.holdsLongExponent(body): self = .numberBeyondDouble
        case .some where body.prefix(4).contains(0): self = .otherEncoding
        default: return nil
        }
    }

    private static func endsWithComma(_ text: ArraySlice<UInt8>) -> Bool {
        text.last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ",")
    }

    /// Whether some number may be out of the range of `Double`: it needs an exponent or digits of three figures.
    private static func holdsLongExponent(_ body: [UInt8]) -> Bool {
        var digits = 0
        var isExponent = false
        for byte in body {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                if digits > 300 || isExponent && digits >= 3 { return true }
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                isExponent = digits > 0
                digits = 0
            case UInt8(ascii: "+"), UInt8(ascii: "-"): digits = 0
            default:
                isExponent = false
                digits = 0
            }
        }
        return false
    }

    /// An answer on which the two differ for this reason alone.
    package var example: [UInt8] {
        switch self {
        case .duplicateKey: Array(#"{"results":[{"clientId":"a","clientId":"a"}]}"#.utf8)
        case .notAnInteger: Array(#"{"results":[{"requests":1.0}]}"#.utf8)
        case .byteOrderMark: Array("\u{FEFF}{}".utf8)
        case .otherEncoding: Array("{}".utf8.flatMap { [$0, 0] })
        case .trailingComma: Array(#"{"results":[{"requests":1,},],}"#.utf8)
        case .nesting:
            Array((#"{"x":"# + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}").utf8)
        case .numberBeyondDouble: Array(#"{"x":1e999,"results":[{"x":-1e999}]}"#.utf8)
        case .length: Array(#"{"results":[{"clientId":"\#(String(repeating: "a", count: 1 << 20))"}]}"#.utf8)
        }
    }

    /// Why the scanner refuses the example; nil when it is the reference that does.
    package var refusal: JSONRowsError.Kind? {
        switch self {
        case .duplicateKey: .duplicateKey("clientId")
        case .notAnInteger: .notAnInteger
        case .byteOrderMark: .byteOrderMark(0xEF)
        case .otherEncoding: .unexpectedByte(0, expected: "a key in quotes or \"}\"")
        case .trailingComma: .unexpectedByte(UInt8(ascii: "}"), expected: "a key in quotes")
        case .nesting: .tooDeep(limit: 64)
        case .numberBeyondDouble: nil
        case .length: .tooLong(limit: 1 << 20)
        }
    }
}
