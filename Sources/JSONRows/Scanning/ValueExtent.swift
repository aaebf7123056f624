/// Finds where a value that arrives in pieces ends, by its brackets and quotes alone.
///
/// A value that was cut is read again only once it is whole, so that reading it costs no more than its length however
/// finely it was cut. Whether it is valid is decided by that reading.
struct ValueExtent {
    private var openBrackets = 0
    private var isInString = false
    private var isEscaped = false
    private var hasBegun = false
    private var isScalar = false

    /// The index behind the last byte needed to read the value; nil when `bytes` end before it.
    ///
    /// A number or literal needs the byte behind it too.
    mutating func end(in bytes: RawSpan) -> Int? {
        for index in 0..<bytes.byteCount where ends(at: bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) {
            return index + 1
        }
        return nil
    }

    private mutating func ends(at byte: UInt8) -> Bool {
        guard !isInString else {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                return openBrackets == 0
            }
            return false
        }

        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            openBrackets += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            openBrackets -= 1
            return openBrackets <= 0
        default:
            isScalar = isScalar || !hasBegun
            if isScalar, byte == UInt8(ascii: ",") || Grammar.isWhitespace(byte) { return true }
        }
        hasBegun = true
        return false
    }
}
