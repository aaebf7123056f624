/// Finds what was probably meant, and writes down what was found.
enum Spelling {
    /// The candidate nearest to a word, if it is near enough to be a slip; hyphen, underscore, space and case are one.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let plain = folded(word)
        let ranked = candidates.map { (word: $0, distance: distance(plain, folded($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(plain.count, best.word.count) / 3) ? best.word : nil
    }

    private static func folded(_ word: String) -> [Character] {
        word.prefix(64).lowercased().map { "_ .".contains($0) ? "-" : $0 }
    }

    /// How many characters must be inserted, deleted, replaced or swapped with their neighbour.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var rows = [Array(0...right.count)]
        for i in 1...left.count {
            var row = [i]
            for j in 1...right.count {
                var best = min(row[j - 1] + 1, rows[i - 1][j] + 1)
                best = min(best, rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1))
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    best = min(best, rows[i - 2][j - 2] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}

/// `a, b and c`.
func list(_ words: [String]) -> String {
    guard let last = words.last else { return "none" }
    return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " and " + last
}

/// A value between quotes, up to its first space.
///
/// A quote that is never closed makes one value of many lines, and a secret may stand in one of them.
func quoted(_ text: String) -> String {
    let word = text.prefix { !$0.isWhitespace }.prefix(60)
    return (word.count < text.count ? word + "…" : word).debugDescription
}
