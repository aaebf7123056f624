import Randomness

extension SeededRandom {
    /// - Parameters:
    ///   - seed: of the whole soak.
    ///   - branch: keeps what is drawn for one purpose apart from what is drawn for another.
    init(_ seed: UInt64, branch: UInt64) {
        self.init(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ branch &* 0xD1B5_4A32_D192_ED03)
    }
}
