import Randomness

extension SeededRandom {
    /// Breaks bytes at one to four places: bits, bytes, tokens, runs and endings.
    package mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        // Half of them once only: what is broken twice is seldom accepted by anybody.
        let times = once(in: 2) ? 1 : Int.random(in: 2...4, using: &self)
        for _ in 0..<times where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<9, using: &self) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 2, 3: bytes.insert(contentsOf: Self.tokens.randomElement(using: &self) ?? [], at: place)
            case 4: bytes.remove(at: place)
            case 5: bytes.insert(contentsOf: bytes[place..<min(place + 12, bytes.count)], at: place)
            case 6:
                bytes.replaceSubrange(place...place, with: Self.tokens.randomElement(using: &self) ?? [])
            case 7:
                let run = Array(bytes[place..<min(place + 4, bytes.count)])
                let count = [3, 20, 70, 200].randomElement(using: &self) ?? 3
                bytes.insert(contentsOf: repeatElement(run, count: count).joined(), at: place)
            default: if once(in: 4) { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }

    /// What grammars and readers of numbers, escapes and UTF-8 are sensitive to.
    private static let tokens: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "false", "0", "-", ".", "e", "E+", "\n", "\u{0}",
            "\u{1F}", " ", "1", "-0", "0.0", "1e400", "-1e-400", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "\\u", "\\ud800",
            "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\\"", "\\/", "\"\"", "\"results\":", "\"clientId\":\"a\",",
            "\"requests\":1,", "{}", "[]", ",{}", "\u{FEFF}", "\u{2028}", "\u{10FFFF}", "//", "/**/", "NaN",
        ].map { Array($0.utf8) } + [
            [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x9F], [0x80],
            [0xFF],
            [0xFE, 0xFF], [0xFF, 0xFE],
        ]
}
