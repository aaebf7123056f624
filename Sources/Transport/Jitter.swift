/// Where randomness of waits comes from: a fraction of 0 ≤ x < 1 each time it is asked.
package struct Jitter: Sendable {
    package let fraction: @Sendable () -> Double

    package init(_ fraction: @escaping @Sendable () -> Double) {
        self.fraction = fraction
    }

    /// The system's random numbers.
    package static let random = Jitter { Double.random(in: 0..<1) }

    /// The same fraction for ever.
    package static func constant(_ fraction: Double) -> Jitter {
        Jitter { fraction }
    }
}
