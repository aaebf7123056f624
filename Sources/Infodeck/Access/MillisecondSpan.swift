import FoundationEssentials

/// The API's spelling of a range of time, whose end is taken to be inclusive.
///
/// Both numbers are milliseconds since 1970. Whether the API includes the end is not known; the last millisecond of a
/// range is never counted twice this way, and should the end be excluded, lost at most (contract, section 3).
struct MillisecondSpan: Equatable {
    let first: Int64
    let last: Int64

    /// - Precondition: `instants` holds at least one millisecond.
    init(_ instants: Range<Date>) {
        first = Self.milliseconds(instants.lowerBound)
        last = Self.milliseconds(instants.upperBound) - 1
        precondition(first <= last)
    }

    /// The same range in seconds, to learn what the API says to the wrong unit.
    ///
    /// - Precondition: as above.
    init(secondsOf instants: Range<Date>) {
        let milliseconds = MillisecondSpan(instants)
        first = milliseconds.first / 1_000
        last = milliseconds.last / 1_000
    }

    /// A `Date` holds seconds as a binary fraction, so a millisecond is only near it.
    private static func milliseconds(_ instant: Date) -> Int64 {
        Int64((instant.timeIntervalSince1970 * 1_000).rounded())
    }
}
