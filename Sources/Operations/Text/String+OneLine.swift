extension String {
    /// The text with everything invisible escaped, so that it cannot forge a second line.
    package var onOneLine: String {
        unicodeScalars.allSatisfy(\.isVisible) ? self : String(asJSON.dropFirst().dropLast())
    }

    /// The text as a JSON string in which nothing invisible is left.
    var asJSON: String {
        var json = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            case _ where scalar.isVisible: json.unicodeScalars.append(scalar)
            default: for unit in String(scalar).utf16 { json += "\\u" + unit.asFourDigits }
            }
        }
        return json + "\""
    }
}

extension UInt16 {
    fileprivate var asFourDigits: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
