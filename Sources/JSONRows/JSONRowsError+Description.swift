extension JSONRowsError: CustomStringConvertible {
    package var description: String {
        var place = "byte \(byteOffset)"
        if let row { place += ", row \(row)" }
        if let column { place += ", \(escaped(column))" }
        return "\(place): \(kind)"
    }
}

extension JSONRowsError.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .emptyBody: "the body is empty, expected a JSON object"
        case .markup: "the body begins with \"<\": it is HTML or XML, not JSON"
        case .byteOrderMark(let byte):
            "the body begins with \(quoted(byte)), as a byte order mark does, which JSON must not have"
        case .notAnObject(let byte): "the body begins with \(quoted(byte)), expected a JSON object"
        case .truncated: "the body ends before the JSON document does"
        case .trailingByte(let byte): "\(quoted(byte)) after the end of the JSON document"
        case .unexpectedByte(let byte, let expected): "found \(quoted(byte)), expected \(expected)"
        case .invalidUTF8(let byte): "invalid UTF-8 in a string, beginning with \(quoted(byte))"
        case .controlCharacter(let byte): "unescaped control character \(quoted(byte)) in a string"
        case .invalidEscape(let byte): "\(quoted(byte)) makes no escape sequence"
        case .loneSurrogate(let unit): "\\u\(hexadecimal(unit, width: 4)) is half of a surrogate pair"
        case .invalidNumber(let byte): "\(quoted(byte)) continues no JSON number"
        case .notAnInteger: "the number has a fraction or an exponent, expected an integer without"
        case .integerOutOfRange(let digits): "the integer \(digits) does not fit 64 bits"
        case .wrongType(let expected, let found): "found \(found.phrase), expected \(expected.phrase)"
        case .duplicateKey(let name): "the key \"\(escaped(name))\" occurs twice in one object"
        case .tooLong(let limit): "a row, or a member of the document, is longer than the limit of \(limit) bytes"
        case .tooDeep(let limit): "more than \(limit) objects and arrays are nested"
        case .abandoned: "scanning ended because the receiver of a row failed"
        }
    }
}

extension JSONRowsError.ValueType {
    /// The type with its article.
    fileprivate var phrase: String {
        switch self {
        case .object, .array: "an \(rawValue)"
        case .string, .number, .boolean: "a \(rawValue)"
        case .null: rawValue
        }
    }
}

/// A byte as a reader of logs can see it.
private func quoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): "'\(Character(Unicode.Scalar(byte)))'"
    case 0x20...0x7E: "\"\(Character(Unicode.Scalar(byte)))\""
    default: "byte 0x\(hexadecimal(UInt16(byte), width: 2))"
    }
}

/// Text of the answer with everything but printable ASCII escaped, so that it can do no harm in a log.
private func escaped(_ text: String) -> String {
    text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
}

private func hexadecimal(_ value: UInt16, width: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: width - digits.count) + digits
}
