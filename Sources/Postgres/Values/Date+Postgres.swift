package import FoundationEssentials

/// SQL's `timestamptz`, in microseconds.
extension Date: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }

    /// From 2000-01-01, where PostgreSQL counts from, to 2001-01-01, where Foundation does.
    private static let epochDistance: Int64 = 366 * 86_400 * 1_000_000

    package func encode(into buffer: inout PostgresBuffer) throws { buffer.append(try wireMicroseconds()) }

    /// Microseconds as PostgreSQL counts them, rounded to the nearest.
    ///
    /// - Throws: ``PostgresError/invalidValue(_:)`` outside of PostgreSQL's range, 4714 BC to 294276 AD.
    func wireMicroseconds() throws -> Int64 {
        let microseconds = (timeIntervalSinceReferenceDate * 1_000_000).rounded()
        let range = -211_845_024_000_000_000.0..<9_223_339_708_800_000_000.0
        guard range.contains(microseconds) else {
            throw PostgresError.invalidValue("the time lies outside of PostgreSQL's range")
        }
        return Int64(microseconds) + Self.epochDistance
    }

    /// `timestamp` without a zone names no moment and must be given one in SQL (`AT TIME ZONE`).
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Date {
        let microseconds: Int64 = try cell.bytes(of: .timestamptz).wholeInteger()
        guard microseconds != .min, microseconds != .max else { throw PostgresCell.Mismatch(reason: "it is infinite") }
        return Date(timeIntervalSinceReferenceDate: Double(microseconds - epochDistance) / 1_000_000)
    }
}
