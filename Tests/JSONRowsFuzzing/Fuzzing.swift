import Randomness

/// A run of seeded mutations: answers of the corpus and answers made at random, broken at random.
package struct Fuzzing: Sendable {
    private let corpus: [[UInt8]]
    private var random: SeededRandom
    /// Inputs that the scanner accepted.
    package private(set) var accepted = 0
    /// Inputs that the scanner refused.
    package private(set) var refused = 0
    /// Inputs about which the reference was asked.
    package private(set) var compared = 0
    /// Longer inputs are not shown to the reference, which is slow.
    private let longestCompared = 4096

    package init(seed: UInt64, corpus: [[UInt8]]) {
        self.corpus = corpus
        random = SeededRandom(seed: seed)
    }

    /// Tries one more input.
    ///
    /// - Returns: nil when it is read alike by everybody.
    package mutating func next() -> Disagreement? {
        let body = random.mutate(nextBody())
        let longest = [1, 7, 40, 1000].randomElement(using: &random) ?? 1
        let asksReference = body.count <= longestCompared
        let disagreement = Disagreement(
            on: body, pieces: random.cut(body, longest: longest), asksReference: asksReference)
        if asksReference { compared += 1 }
        if scan(chunks: [body[...]]).error == nil { accepted += 1 } else { refused += 1 }
        return disagreement
    }

    private mutating func nextBody() -> [UInt8] {
        if random.once(in: 4) {
            return RandomAnswer(rowCount: Int.random(in: 0...2, using: &random), using: &random).body
        }
        return corpus.randomElement(using: &random) ?? []
    }
}
