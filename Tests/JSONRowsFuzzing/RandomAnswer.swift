package import JSONRows
package import Randomness

/// A valid answer, written with every freedom that JSON gives, and what it means.
package struct RandomAnswer {
    package private(set) var body: [UInt8] = []
    package private(set) var rows: [ScannedRow] = []
    package private(set) var fields: [String: JSONRowsSummary.Field] = [
        "queryStatus": .absent, "nextUri": .absent, "cursors.after": .absent,
    ]
    package private(set) var rowsMember = JSONRowsSummary.RowsMember.absent
    package private(set) var unknownRowKeys: [String: Int] = [:]
    package private(set) var unknownDocumentKeys: [String: Int] = [:]

    package init(rowCount: Int, using random: inout SeededRandom) {
        var members: [(inout RandomAnswer, inout SeededRandom) -> Void] = [
            { $0.writeRows(rowCount, using: &$1) }
        ]
        for path in ["queryStatus", "nextUri"] where !random.once(in: 4) {
            members.append { answer, random in
                answer.write(key: path, using: &random)
                answer.fields[path] = answer.writeField(using: &random)
            }
        }
        if random.once(in: 2) { members.append { $0.writeCursors(using: &$1) } }
        for index in 0..<Int.random(in: 0...3, using: &random) {
            members.append { answer, random in
                answer.unknownDocumentKeys["unknown\(index)"] = 1
                answer.write(key: "unknown\(index)", using: &random)
                answer.writeAnything(depth: 0, using: &random)
            }
        }
        members.shuffle(using: &random)
        writeSpace(using: &random)
        write("{")
        for (index, member) in members.enumerated() {
            if index > 0 { write(",") }
            writeSpace(using: &random)
            member(&self, &random)
            writeSpace(using: &random)
        }
        write("}")
        writeSpace(using: &random)
    }

    // MARK: Rows

    private mutating func writeRows(_ count: Int, using random: inout SeededRandom) {
        write(key: "results", using: &random)
        rowsMember = .array
        write("[")
        writeSpace(using: &random)
        for ordinal in 0..<count {
            if ordinal > 0 { write(",") }
            writeSpace(using: &random)
            let offset = body.count
            let values = writeRow(using: &random)
            rows.append(ScannedRow(ordinal: ordinal, byteOffset: offset, values: values))
            writeSpace(using: &random)
        }
        write("]")
    }

    private mutating func writeRow(using random: inout SeededRandom) -> [Value] {
        var values: [Value] = [.absent, .absent, .absent, .absent]
        var keys = ["clientId", "templateUri", "requests", "oauthClient"].filter { _ in !random.once(in: 6) }
        keys += ["extra", "date", "a rather long name ü"].filter { _ in random.once(in: 3) }
        if random.once(in: 2) { keys.shuffle(using: &random) }
        write("{")
        writeSpace(using: &random)
        for (index, key) in keys.enumerated() {
            if index > 0 { write(",") }
            writeSpace(using: &random)
            write(key: key, using: &random)
            switch key {
            case "clientId": values[0] = writeText(using: &random)
            case "templateUri": values[1] = writeText(using: &random)
            case "requests": values[2] = writeInteger(using: &random)
            case "oauthClient": values[3] = writeClient(using: &random)
            default:
                unknownRowKeys[key, default: 0] += 1
                writeAnything(depth: 0, using: &random)
            }
            writeSpace(using: &random)
        }
        write("}")
        return values
    }

    private mutating func writeText(using random: inout SeededRandom) -> Value {
        if random.once(in: 8) {
            write("null")
            return .null
        }
        let text = Self.text(using: &random)
        write(string: text, using: &random)
        return .text(text)
    }

    private mutating func writeInteger(using random: inout SeededRandom) -> Value {
        if random.once(in: 8) {
            write("null")
            return .null
        }
        let bits = Int.random(in: 0...63, using: &random)
        let value = Int64.random(in: .min ... .max, using: &random) >> Int64(bits)
        write(String(value))
        return .integer(value)
    }

    private mutating func writeClient(using random: inout SeededRandom) -> Value {
        if random.once(in: 6) {
            write("null")
            return .null
        }
        var value = Value.absent
        write("{")
        if random.once(in: 2) {
            unknownRowKeys["oauthClient.name", default: 0] += 1
            write(key: "name", using: &random)
            writeAnything(depth: 1, using: &random)
            write(",")
            write(key: "id", using: &random)
            value = writeText(using: &random)
        }
        writeSpace(using: &random)
        write("}")
        return value
    }

    // MARK: The document

    private mutating func writeField(using random: inout SeededRandom) -> JSONRowsSummary.Field {
        switch writeText(using: &random) {
        case .text(let text): .string(text)
        default: .null
        }
    }

    private mutating func writeCursors(using random: inout SeededRandom) {
        write(key: "cursors", using: &random)
        write("{")
        write(key: "after", using: &random)
        fields["cursors.after"] = writeField(using: &random)
        write("}")
    }

    // MARK: JSON

    private mutating func write(_ text: String) {
        body += Array(text.utf8)
    }

    private mutating func write(key: String, using random: inout SeededRandom) {
        write(string: key, using: &random)
        writeSpace(using: &random)
        write(":")
        writeSpace(using: &random)
    }

    private mutating func writeSpace(using random: inout SeededRandom) {
        while random.once(in: 4) { write([" ", "\n", "\t", "\r", "    "].randomElement(using: &random) ?? " ") }
    }

    private mutating func writeAnything(depth: Int, using random: inout SeededRandom) {
        switch Int.random(in: 0..<(depth > 3 ? 6 : 8), using: &random) {
        case 0: write("null")
        case 1: write("true")
        case 2: write("false")
        case 3: write(["0", "-0.0", "1.5E+10", "12345", "-7e-3", "0.25"].randomElement(using: &random) ?? "0")
        case 4, 5: write(string: Self.text(using: &random), using: &random)
        case 6:
            write("[")
            for index in 0..<Int.random(in: 0...3, using: &random) {
                if index > 0 { write(",") }
                writeSpace(using: &random)
                writeAnything(depth: depth + 1, using: &random)
            }
            write("]")
        default:
            write("{")
            for index in 0..<Int.random(in: 0...3, using: &random) {
                if index > 0 { write(",") }
                write(key: "k\(index)", using: &random)
                writeAnything(depth: depth + 1, using: &random)
            }
            write("}")
        }
    }

    private static func text(using random: inout SeededRandom) -> String {
        let pieces = [
            "a", "api/v2/users/{userId}", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "ß", "€", "한국", "😀", "\u{10FFFF}",
            "\u{FFFF}", "0123456789abcdef", "{", "]", ",", "\\N", "\u{7F}", "e\u{301}",
        ]
        return (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    private mutating func write(string text: String, using random: inout SeededRandom) {
        write("\"")
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || random.once(in: 10) {
                writeEscape(of: scalar, using: &random)
            } else {
                write(String(scalar))
            }
        }
        write("\"")
    }

    private mutating func writeEscape(of scalar: Unicode.Scalar, using random: inout SeededRandom) {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r",
            "\t": "\\t",
        ]
        if let escape = short[scalar], random.once(in: 2) { return write(escape) }
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16, uppercase: random.once(in: 2))
            write("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        }
    }
}
