import UsageDomain

/// The API's spelling of a range of days, whose end is inclusive.
///
/// Both ends are instants in UTC, and the end is never a midnight, since it is not known whether that would include
/// the whole day (contract, section 3: "Safe canonical form").
struct Interval: CustomStringConvertible {
    let firstDay: Day
    let lastDay: Day

    init(_ window: Window) {
        firstDay = window.firstDay
        lastDay = window.lastDay
    }

    /// `2025-09-01T00:00:00.000Z/2025-09-03T23:59:59.999Z`.
    var description: String {
        "\(firstDay)T00:00:00.000Z/\(lastDay)T23:59:59.999Z"
    }
}
