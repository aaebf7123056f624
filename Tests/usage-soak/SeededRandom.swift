/// Numbers that follow from a seed: SplitMix64.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: of the whole soak.
    ///   - branch: keeps what is drawn for one purpose apart from what is drawn for another.
    init(_ seed: UInt64, branch: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ branch &* 0xD1B5_4A32_D192_ED03
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in so many times, on average.
    mutating func happens(oneIn odds: Int) -> Bool {
        Int.random(in: 0..<odds, using: &self) == 0
    }
}
