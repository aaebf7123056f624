import FoundationEssentials

/// A place in the pages of one execution, as an opaque text that holds `+`, `/` and `=`.
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

    /// Reads what ``text(of:)`` wrote for the same execution; nil for anything else.
    init?(_ text: String, of execution: String) {
        guard let data = Data(base64Encoded: text), data.starts(with: Cursor.mark) else { return nil }
        let parts = String(decoding: data.dropFirst(Cursor.mark.count), as: UTF8.self).split(separator: ":")
        guard parts.count == 4, parts[0] == execution.prefix(8), let place = Int(parts[1]),
            let spelling = Int(parts[2])
        else { return nil }
        self.init(place: place, spelling: spelling, isDead: parts[3].first == "x")
    }

    func text(of execution: String) -> String {
        var bytes = Cursor.mark + Array("\(execution.prefix(8)):\(place):\(spelling):\(isDead ? "x" : "-")".utf8)
        // One byte more than a multiple of three ends in two equals signs.
        while bytes.count % 3 != 1 {
            bytes.append(UInt8(ascii: "-"))
        }
        return Data(bytes).base64EncodedString()
    }

    /// The text with `+`, `/` and `=` encoded, to be put into a query text.
    func encodedText(of execution: String) -> String {
        text(of: execution).reduce(into: "") { encoded, character in
            switch character {
            case "+": encoded += "%2B"
            case "/": encoded += "%2F"
            case "=": encoded += "%3D"
            default: encoded.append(character)
            }
        }
    }

    /// In base 64: `+//+`.
    private static let mark: [UInt8] = [0xFB, 0xFF, 0xFE]
}
