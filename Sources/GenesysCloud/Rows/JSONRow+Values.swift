import JSONRows
import UsageDomain

/// Reading values that the database can hold, and refusing all others.
extension JSONRow {
    /// Longest part of an identity, in bytes of UTF-8.
    static let identityLimit = 2_048
    /// Longest HTTP method, and longest platform: with a template URI of the greatest length they still fit one entry of
    /// a PostgreSQL index.
    static let methodLimit = 128
    /// Longest display name.
    static let nameLimit = 8_192

    /// A text; absent and null are "".
    ///
    /// - Throws: `RowProblem`.
    func text(_ column: some RowColumn, limit: Int = identityLimit) throws -> String {
        let taken = withUTF8Bytes(column.rawValue) { span -> Taken in
            guard span.count <= limit else { return .tooLong(span.count) }
            return span.withUnsafeBufferPointer { bytes in
                bytes.contains(0) ? .zero : .text(String(decoding: bytes, as: UTF8.self))
            }
        }
        switch taken {
        case nil: return ""
        case .text(let text): return text
        case .tooLong(let length): throw problem(column, "has \(length) bytes, the limit is \(limit)")
        case .zero: throw problem(column, "has a character U+0000, which cannot be stored")
        }
    }

    /// The day of a row that must have one, among those asked for.
    ///
    /// - Throws: `RowProblem`.
    func day(_ column: some RowColumn, in days: Range<Day>) throws -> Day {
        guard let day = try day(column) else {
            throw problem(column, isNull(column.rawValue) ? "is null" : "is absent")
        }
        guard days.contains(day) else { throw problem(column, "is outside the days asked for: \(day)") }
        return day
    }

    /// The day of a row; nil when it states none.
    ///
    /// - Throws: `RowProblem`.
    func day(_ column: some RowColumn) throws -> Day? {
        let parsed = withUTF8Bytes(column.rawValue) { Day(midnight: $0) }
        guard let parsed else { return nil }
        guard let day = parsed else {
            let text = string(column.rawValue) ?? ""
            // Quoted only if it could be a time at all: nobody knows what else it is.
            let isQuotable = text.utf8.count <= 40 && text.allSatisfy { "0123456789TZ+-:. ".contains($0) }
            throw problem(column, "is no midnight in UTC" + (isQuotable ? ": \"\(text)\"" : ""))
        }
        return day
    }

    /// The counters of a row. One that is absent is zero, since the contract leaves open how zero is spelled; one that
    /// is null, or a row without any, states nothing that could be stored.
    ///
    /// - Throws: `RowProblem`.
    func counts<Column: RowColumn>(_ columns: Column.Type) throws -> UsageCounts {
        let counters = [
            Column.requests, .status200, .status300, .status400, .status429, .status500,
        ]
        guard counters.contains(where: { !isAbsent($0.rawValue) }) else {
            throw problem(Column.requests, "is absent, and so is every other counter")
        }
        let statusCounts = StatusCounts(
            status200: try count(Column.status200) ?? 0,
            status300: try count(Column.status300) ?? 0,
            status400: try count(Column.status400) ?? 0,
            status429: try count(Column.status429) ?? 0,
            status500: try count(Column.status500) ?? 0
        )
        if let requests = try count(Column.requests) {
            return UsageCounts(requests: requests, statusCounts: statusCounts)
        }
        // Not in every answer; in all real rows it is this sum (contract, section 1.2).
        var sum: Int64 = 0
        for part in [statusCounts.status200, statusCounts.status300, statusCounts.status400, statusCounts.status500] {
            let (total, overflow) = sum.addingReportingOverflow(part)
            guard !overflow else {
                throw problem(Column.requests, "is absent, and the sum of the status counts does not fit 64 bits")
            }
            sum = total
        }
        return UsageCounts(requests: sum, statusCounts: statusCounts)
    }

    /// What is wrong with a column of this row.
    func problem(_ column: some RowColumn, _ text: String) -> RowProblem {
        RowProblem(row: ordinal, byteOffset: byteOffset, field: column.path, problem: text)
    }

    private func count(_ column: some RowColumn) throws -> Int64? {
        guard !isNull(column.rawValue) else { throw problem(column, "is null") }
        guard let count = integer(column.rawValue) else { return nil }
        guard count >= 0 else { throw problem(column, "is negative: \(count)") }
        return count
    }
}

/// What became of the bytes of a text.
private enum Taken {
    case text(String)
    case tooLong(Int)
    case zero
}
