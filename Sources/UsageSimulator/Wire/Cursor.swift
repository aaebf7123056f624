import FoundationEssentials

/// A place in the pages of one execution, as an opaque text.
struct Cursor: Equatable {
    /// The first row of the page it leads to.
    let place: Int
    /// Tells apart two spellings of one place.
    var spelling = 0
    /// Leads to 404.
    var isDead = false

    init(place: Int, spelling: Int = 0, isDead: Bool = false) {
        self.place = place
        self.spelling = spelling
        self.isDead = isDead
    }

    /// Reads what ``text(of:_:)`` wrote for the same execution; nil for anything else.
    init?(_ text: String, of execution: String, _ form: Script.CursorForm) {
        guard let content = Cursor.content(text, form) else { return nil }
        let parts = content.split(separator: ":")
        guard parts.count == 4, parts[0] == execution.prefix(8), let place = Int(parts[1]),
            let spelling = Int(parts[2])
        else { return nil }
        self.init(place: place, spelling: spelling, isDead: parts[3].first == "x")
    }

    func text(of execution: String, _ form: Script.CursorForm) -> String {
        let content = "\(execution.prefix(8)):\(place):\(spelling):\(isDead ? "x" : "-")"
        switch form {
        case .base64:
            var bytes = Cursor.mark + Array(content.utf8)
            // One byte more than a multiple of three ends in two equals signs.
            while bytes.count % 3 != 1 {
                bytes.append(UInt8(ascii: "-"))
            }
            return Data(bytes).base64EncodedString()
        case .plain: return content.replacing(":", with: "_")
        case .awkward: return Cursor.awkwardMark + content
        }
    }

    /// The text with everything encoded that means something in a query text.
    func encodedText(of execution: String, _ form: Script.CursorForm) -> String {
        text(of: execution, form).utf8.reduce(into: "") { encoded, byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    private static func content(_ text: String, _ form: Script.CursorForm) -> String? {
        switch form {
        case .base64:
            guard let data = Data(base64Encoded: text), data.starts(with: mark) else { return nil }
            return String(decoding: data.dropFirst(mark.count), as: UTF8.self)
        case .plain:
            return text.replacing("_", with: ":")
        case .awkward:
            return text.hasPrefix(awkwardMark) ? String(text.dropFirst(awkwardMark.count)) : nil
        }
    }

    /// In base 64: `+//+`.
    private static let mark: [UInt8] = [0xFB, 0xFF, 0xFE]
    private static let awkwardMark = #"é "&after=%2B#?\"#
}
