/// SQL's `date`: a day, without time zone.
package struct PostgresDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    package let daysSinceUnixEpoch: Int32

    package init(daysSinceUnixEpoch: Int32) { self.daysSinceUnixEpoch = daysSinceUnixEpoch }

    package static func < (left: PostgresDate, right: PostgresDate) -> Bool {
        left.daysSinceUnixEpoch < right.daysSinceUnixEpoch
    }
}

extension PostgresDate: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .date }
    package static var postgresArrayType: PostgresType { .dateArray }

    /// PostgreSQL counts days from 2000-01-01.
    private static let epoch: Int32 = 10_957

    package func encode(into buffer: inout PostgresBuffer) throws { buffer.append(try wireDays()) }

    /// Days as PostgreSQL counts them.
    ///
    /// - Throws: ``PostgresError/invalidValue(_:)`` for a day before 4714-11-24 BC, PostgreSQL's first.
    func wireDays() throws -> Int32 {
        guard daysSinceUnixEpoch >= -2_440_588 else {
            throw PostgresError.invalidValue("the date lies before PostgreSQL's first day")
        }
        return daysSinceUnixEpoch - Self.epoch
    }

    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> PostgresDate {
        let days: Int32 = try cell.bytes(of: .date).wholeInteger()
        let (sum, overflow) = days.addingReportingOverflow(epoch)
        guard !overflow, days != .min else { throw PostgresCell.Mismatch(reason: "it is infinite") }
        return PostgresDate(daysSinceUnixEpoch: sum)
    }
}
