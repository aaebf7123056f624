package import FoundationEssentials
import Glibc

/// What a simulated clock shows, as a value that another process of this machine can read the time from.
///
/// Simulated time runs `pace` times as fast as the machine's `CLOCK_MONOTONIC`, which all processes share, and has leapt
/// ahead by `leapt` besides. So two processes that hold the same value agree on the time to the nanosecond, without
/// asking each other again.
package struct SimulatedTime: Codable, Hashable, Sendable {
    /// The simulated time at the beginning, in seconds since 1970.
    package let origin: Double
    /// `CLOCK_MONOTONIC` at the beginning, in nanoseconds.
    package let beginning: Int64
    /// Simulated seconds in a real one.
    package let pace: Double
    /// Simulated seconds that were skipped so far.
    package internal(set) var leapt: Double

    /// Begins now.
    ///
    /// - Parameters:
    ///   - origin: the simulated time to begin at.
    ///   - pace: simulated seconds in a real one, above 0.
    init(origin: Date, pace: Double) {
        self.origin = origin.timeIntervalSince1970
        self.pace = pace
        beginning = Self.monotonic()
        leapt = 0
    }

    /// Simulated seconds since the beginning.
    package var elapsed: Double {
        elapsed(at: Self.monotonic())
    }

    /// The simulated time.
    package var date: Date {
        Date(timeIntervalSince1970: origin + elapsed)
    }

    func elapsed(at instant: Int64) -> Double {
        Double(instant - beginning) / 1e9 * pace + leapt
    }

    static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
