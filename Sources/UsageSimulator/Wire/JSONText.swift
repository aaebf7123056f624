import FoundationEssentials

/// JSON as bytes.
enum JSONText {
    /// A small value as a whole; absent optionals are left out, for the official SDK breaks on `null`
    /// (contract, finding 10).
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Only a value that is not finite can fail, and no wire type here has a floating-point field.
        return (try? encoder.encode(value)).map(Array.init) ?? Array("{}".utf8)
    }

    /// A text with its quotation marks.
    ///
    /// With `escapingAll`, what is not ASCII becomes `\u` escapes (surrogate pairs included), and `/` becomes `\/`: both are
    /// legal, and a reader must understand either form.
    static func quoted(_ text: String, escapingAll: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for unit in text.unicodeScalars {
            switch unit {
            case "\"": bytes += Array(#"\""#.utf8)
            case "\\": bytes += Array(#"\\"#.utf8)
            case "\n": bytes += Array(#"\n"#.utf8)
            case "\r": bytes += Array(#"\r"#.utf8)
            case "\t": bytes += Array(#"\t"#.utf8)
            case "/" where escapingAll: bytes += Array(#"\/"#.utf8)
            case _ where unit.value < 0x20 || (escapingAll && unit.value > 0x7E):
                for codeUnit in String(unit).utf16 {
                    let digits = String(codeUnit, radix: 16)
                    bytes += Array(#"\u"#.utf8) + Array(String(repeating: "0", count: 4 - digits.count).utf8)
                    bytes += Array(digits.utf8)
                }
            default: bytes += Array(String(unit).utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return bytes
    }
}
