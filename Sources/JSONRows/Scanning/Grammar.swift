/// The tokens of RFC 8259 over contiguous bytes.
///
/// Every function starts at `index`, leaves it behind what it read, and throws `Fault.truncated` when the bytes end
/// before that is decided. An error depends only on the bytes up to the one that makes it certain.
enum Grammar {
    /// A string's content between its quotes.
    struct StringExtent {
        let start: Int
        let end: Int
        let hasEscapes: Bool
    }

    /// A number's spelling.
    struct NumberExtent {
        let start: Int
        let end: Int
        /// The value, when it is spelled without fraction and exponent.
        let integer: Int64
        let hasFractionOrExponent: Bool
        let overflows: Bool
    }

    @inline(__always)
    static func byte(_ bytes: RawSpan, _ index: Int) throws(Fault) -> UInt8 {
        guard index < bytes.byteCount else { throw .truncated }
        return bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    @inline(__always)
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The first byte that is not white space.
    @inline(__always)
    static func significantByte(_ bytes: RawSpan, _ index: inout Int) throws(Fault) -> UInt8 {
        var next = try byte(bytes, index)
        while isWhitespace(next) {
            index += 1
            next = try byte(bytes, index)
        }
        return next
    }

    /// Type of the value that begins with a byte.
    @inline(__always)
    static func type(ofValueBeginningWith byte: UInt8, at index: Int) throws(Fault) -> JSONRowsError.ValueType {
        switch byte {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: throw .invalid(.unexpectedByte(byte, expected: "a value"), at: index)
        }
    }

    /// `true`, `false` or `null`.
    static func literal(_ word: StaticString, _ bytes: RawSpan, _ index: inout Int) throws(Fault) {
        for position in 0..<word.utf8CodeUnitCount {
            let found = try byte(bytes, index)
            guard found == word.utf8Start[position] else {
                throw .invalid(.unexpectedByte(found, expected: "the literal \(word)"), at: index)
            }
            index += 1
        }
    }

    /// A number; the byte behind it must be there, since more digits may come otherwise.
    static func number(_ bytes: RawSpan, _ index: inout Int) throws(Fault) -> NumberExtent {
        let start = index
        var next = try byte(bytes, index)
        let isNegative = next == UInt8(ascii: "-")
        if isNegative {
            index += 1
            next = try byte(bytes, index)
        }

        guard isDigit(next) else { throw .invalid(.invalidNumber(next), at: index) }
        let leadsWithZero = next == UInt8(ascii: "0")
        // Negative, because the smallest Int64 has no positive counterpart.
        var value: Int64 = 0
        var overflows = false
        while isDigit(next) {
            let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = product.subtractingReportingOverflow(Int64(next &- UInt8(ascii: "0")))
            value = sum
            overflows = overflows || productOverflows || sumOverflows
            index += 1
            next = try byte(bytes, index)
            if leadsWithZero, isDigit(next) { throw .invalid(.invalidNumber(next), at: index) }
        }

        let hasFraction = next == UInt8(ascii: ".")
        if hasFraction {
            index += 1
            next = try digits(bytes, &index)
        }
        let hasExponent = next == UInt8(ascii: "e") || next == UInt8(ascii: "E")
        if hasExponent {
            index += 1
            let sign = try byte(bytes, index)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
            _ = try digits(bytes, &index)
        }

        if !isNegative {
            overflows = overflows || value == .min
            value = 0 &- value
        }
        return NumberExtent(
            start: start,
            end: index,
            integer: value,
            hasFractionOrExponent: hasFraction || hasExponent,
            overflows: overflows
        )
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") <= 9
    }

    /// One or more digits; returns the byte behind them.
    private static func digits(_ bytes: RawSpan, _ index: inout Int) throws(Fault) -> UInt8 {
        var next = try byte(bytes, index)
        guard isDigit(next) else { throw .invalid(.invalidNumber(next), at: index) }
        while isDigit(next) {
            index += 1
            next = try byte(bytes, index)
        }
        return next
    }

    /// Any value, checked and dropped; `depth` counts the objects and arrays already open around it.
    static func skipValue(_ bytes: RawSpan, _ index: inout Int, depth: Int, limit: Int) throws(Fault) {
        let first = try byte(bytes, index)
        switch try type(ofValueBeginningWith: first, at: index) {
        case .string:
            index += 1
            _ = try string(bytes, &index)
        case .number: _ = try number(bytes, &index)
        case .null: try literal("null", bytes, &index)
        case .boolean: try literal(first == UInt8(ascii: "t") ? "true" : "false", bytes, &index)
        case .object: try skipObject(bytes, &index, depth: depth + 1, limit: limit)
        case .array: try skipArray(bytes, &index, depth: depth + 1, limit: limit)
        }
    }

    private static func skipObject(_ bytes: RawSpan, _ index: inout Int, depth: Int, limit: Int) throws(Fault) {
        guard depth <= limit else { throw .invalid(.tooDeep(limit: limit), at: index) }
        index += 1
        var next = try significantByte(bytes, &index)
        if next == UInt8(ascii: "}") {
            index += 1
            return
        }
        while true {
            _ = try key(bytes, &index, beginningWith: next)
            try skipValue(bytes, &index, depth: depth, limit: limit)
            guard try comma(bytes, &index, orEnd: UInt8(ascii: "}")) else { return }
            next = try significantByte(bytes, &index)
        }
    }

    private static func skipArray(_ bytes: RawSpan, _ index: inout Int, depth: Int, limit: Int) throws(Fault) {
        guard depth <= limit else { throw .invalid(.tooDeep(limit: limit), at: index) }
        index += 1
        if try significantByte(bytes, &index) == UInt8(ascii: "]") {
            index += 1
            return
        }
        while true {
            try skipValue(bytes, &index, depth: depth, limit: limit)
            guard try comma(bytes, &index, orEnd: UInt8(ascii: "]")) else { return }
            _ = try significantByte(bytes, &index)
        }
    }

    /// A key and its colon, up to the first byte of the value.
    @inline(__always)
    static func key(
        _ bytes: RawSpan,
        _ index: inout Int,
        beginningWith first: UInt8
    ) throws(Fault) -> StringExtent {
        guard first == UInt8(ascii: "\"") else {
            throw .invalid(.unexpectedByte(first, expected: "a key in quotes"), at: index)
        }
        index += 1
        let name = try string(bytes, &index)
        let next = try significantByte(bytes, &index)
        guard next == UInt8(ascii: ":") else {
            throw .invalid(.unexpectedByte(next, expected: "\":\""), at: index)
        }
        index += 1
        _ = try significantByte(bytes, &index)
        return name
    }

    /// What follows a member or an element: true for a comma, false for the end of its object or array.
    @inline(__always)
    static func comma(_ bytes: RawSpan, _ index: inout Int, orEnd end: UInt8) throws(Fault) -> Bool {
        let next = try significantByte(bytes, &index)
        guard next == UInt8(ascii: ",") || next == end else {
            let expected = end == UInt8(ascii: "}") ? "\",\" or \"}\"" : "\",\" or \"]\""
            throw .invalid(.unexpectedByte(next, expected: expected), at: index)
        }
        index += 1
        return next != end
    }
}
