extension Character {
    /// How many columns of a terminal the character takes: two for East Asian wide ones and emoji, none for a mark that
    /// stands alone, otherwise one.
    var columns: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        // U+FE0F asks for the colourful, wide form of a character that has both.
        if scalar.properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// The blocks that are wide or full-width (Unicode Standard Annex 11), without the odd ones inside them.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F,  // Hangul Jamo
        0x2E80...0x303E,  // radicals, CJK punctuation
        0x3041...0xA4CF,  // Kana to Yi
        0xA960...0xA97F,  // Hangul Jamo Extended-A
        0xAC00...0xD7A3,  // Hangul syllables
        0xF900...0xFAFF,  // CJK compatibility ideographs
        0xFE30...0xFE6F,  // CJK compatibility forms
        0xFF01...0xFF60, 0xFFE0...0xFFE6,  // full-width forms
        0x20000...0x3FFFD,  // CJK extensions
    ]
}

extension StringProtocol {
    /// How many columns of a terminal the text takes.
    package var columns: Int { reduce(0) { $0 + $1.columns } }

    /// The text, or as much of it as fits before a `…` that says that it goes on.
    func cut(toColumns limit: Int) -> String {
        guard columns > limit else { return String(self) }
        var cut = ""
        var width = 0
        for character in self {
            width += character.columns
            guard width < limit else { break }
            cut.append(character)
        }
        return cut + "…"
    }
}
