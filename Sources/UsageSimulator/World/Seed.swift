/// A point in a tree of pseudo-random numbers: the same path from the same root gives the same number for ever.
struct Seed: Sendable {
    let value: UInt64

    init(_ value: UInt64) {
        self.value = value
    }

    /// The child that belongs to a number.
    func derived(_ branch: Int) -> Seed {
        Seed(Seed.mix(value &+ 0x9E37_79B9_7F4A_7C15 &* (UInt64(bitPattern: Int64(branch)) &+ 1)))
    }

    /// A number from 0 up to, but without, a positive bound.
    func number(below bound: Int) -> Int {
        Int(truncatingIfNeeded: value >> 1) % bound
    }

    /// A UUID of version 4, in lower case.
    var uuid: String {
        let high = Seed.mix(value ^ 0xA5A5_A5A5_A5A5_A5A5)
        let low = Seed.mix(value &+ 0x5A5A_5A5A_5A5A_5A5A)
        let digits = Array(hexadecimal(high) + hexadecimal(low))
        let variant = ["8", "9", "a", "b"][Int(low & 3)]
        return String(digits[0..<8]) + "-" + String(digits[8..<12]) + "-4" + String(digits[13..<16]) + "-" + variant
            + String(digits[17..<20]) + "-" + String(digits[20..<32])
    }

    private func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The finalizer of SplitMix64.
    private static func mix(_ input: UInt64) -> UInt64 {
        var mixed = input
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A stream of numbers from a seed, for shuffling.
struct SeededGenerator: RandomNumberGenerator {
    private var seed: Seed

    init(_ seed: Seed) {
        self.seed = seed
    }

    mutating func next() -> UInt64 {
        seed = seed.derived(1)
        return seed.value
    }
}
