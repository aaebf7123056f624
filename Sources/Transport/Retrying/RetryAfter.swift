package import FoundationEssentials

/// Reads the header `Retry-After`: seconds, or an HTTP date.
package enum RetryAfter {
    /// The longest silence that is believed, so that no arithmetic overflows.
    private static let longest = 31 * 86_400

    /// Reads the header.
    ///
    /// - Parameters:
    ///   - value: the header's value.
    ///   - date: value of the header `Date`, whose clock a date in `value` was made by.
    ///   - now: our clock, used when the server does not tell the time.
    /// - Returns: how long the server asks to wait; nil when the header says nothing understandable.
    package static func duration(_ value: String?, date: String?, now: Date) -> Duration? {
        guard let value else { return nil }
        let text = value.split(separator: " ").joined(separator: " ")
        if let seconds = Int(text), seconds >= 0 {
            return .seconds(min(seconds, longest))
        }
        guard let moment = Self.date(text) else { return nil }
        let reference = Self.date(date) ?? now
        let seconds = moment.timeIntervalSince(reference).rounded(.up)
        return .seconds(Int(min(max(seconds, 0), Double(longest))))
    }

    /// Reads the preferred format of RFC 9110, `Sun, 06 Nov 1994 08:49:37 GMT`; the two obsolete ones are not read.
    static func date(_ text: String?) -> Date? {
        guard let text else { return nil }
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[1].count == 2, parts[3].count == 4,
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                .firstIndex(of: String(parts[2]))
        else { return nil }
        let monthNumber = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return try? Date("\(parts[3])-\(monthNumber)-\(parts[1])T\(parts[4])Z", strategy: .iso8601)
    }
}
