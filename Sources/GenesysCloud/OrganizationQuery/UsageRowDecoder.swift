import JSONRows
import Transport
import UsageDomain

/// Makes rows of the domain of rows of the answer, and refuses those that break a rule.
struct UsageRowDecoder {
    /// Longest part of an identity, in bytes of UTF-8.
    static let identityLimit = 2_048
    /// Longest HTTP method: with a template URI of the greatest length it still fits one entry of a PostgreSQL index.
    static let methodLimit = 128
    /// Longest display name.
    static let nameLimit = 8_192

    /// The days asked for.
    let days: Range<Day>
    let byUser: Bool

    /// - Throws: `RowProblem`.
    func decode(_ row: borrowing JSONRow) throws -> UsageRow {
        let day = try day(row)
        // Filled or not, the organization was not asked for, and neither was the user unless grouped by.
        _ = try text(row, .organizationId)
        let userID = try text(row, .userId)
        return UsageRow(
            identity: RowIdentity(
                day: day,
                clientID: try text(row, .clientId),
                userID: byUser ? userID : "",
                templateURI: try text(row, .templateUri),
                httpMethod: try text(row, .httpMethod, limit: Self.methodLimit)
            ),
            clientName: try text(row, .clientName, limit: Self.nameLimit),
            counts: try counts(row)
        )
    }

    /// The counters of a row. One that is absent is zero, since the contract leaves open how zero is spelled; one that
    /// is null, or a row without any, states nothing that could be stored.
    ///
    /// - Throws: `RowProblem`.
    func counts(_ row: borrowing JSONRow) throws -> UsageCounts {
        guard UsageColumn.allCases.contains(where: { $0.isCount && !row.isAbsent($0.rawValue) }) else {
            throw problem(row, .requests, "is absent, and so is every other counter")
        }
        let statusCounts = StatusCounts(
            status200: try count(row, .status200) ?? 0,
            status300: try count(row, .status300) ?? 0,
            status400: try count(row, .status400) ?? 0,
            status429: try count(row, .status429) ?? 0,
            status500: try count(row, .status500) ?? 0
        )
        if let requests = try count(row, .requests) {
            return UsageCounts(requests: requests, statusCounts: statusCounts)
        }
        // Not in every answer; in all real rows it is this sum (contract, section 1.2).
        var sum: Int64 = 0
        for part in [statusCounts.status200, statusCounts.status300, statusCounts.status400, statusCounts.status500] {
            let (total, overflow) = sum.addingReportingOverflow(part)
            guard !overflow else {
                throw problem(row, .requests, "is absent, and the sum of the status counts does not fit 64 bits")
            }
            sum = total
        }
        return UsageCounts(requests: sum, statusCounts: statusCounts)
    }

    /// A text; absent and null are "".
    ///
    /// - Throws: `RowProblem`.
    func text(_ row: borrowing JSONRow, _ column: UsageColumn, limit: Int = identityLimit) throws -> String {
        enum Taken {
            case text(String)
            case tooLong(Int)
            case zero
        }
        let taken = row.withUTF8Bytes(column.rawValue) { span -> Taken in
            guard span.count <= limit else { return .tooLong(span.count) }
            return span.withUnsafeBufferPointer { bytes in
                bytes.contains(0) ? .zero : .text(String(decoding: bytes, as: UTF8.self))
            }
        }
        switch taken {
        case nil: return ""
        case .text(let text): return text
        case .tooLong(let length): throw problem(row, column, "has \(length) bytes, the limit is \(limit)")
        case .zero: throw problem(row, column, "has a character U+0000, which cannot be stored")
        }
    }

    private func count(_ row: borrowing JSONRow, _ column: UsageColumn) throws -> Int64? {
        guard !row.isNull(column.rawValue) else { throw problem(row, column, "is null") }
        guard let count = row.integer(column.rawValue) else { return nil }
        guard count >= 0 else { throw problem(row, column, "is negative: \(count)") }
        return count
    }

    private func day(_ row: borrowing JSONRow) throws -> Day {
        let parsed = row.withUTF8Bytes(UsageColumn.date.rawValue) { Day(midnight: $0) }
        switch parsed {
        case nil:
            throw problem(row, .date, row.isNull(UsageColumn.date.rawValue) ? "is null" : "is absent")
        case .some(nil):
            let text = row.string(UsageColumn.date.rawValue) ?? ""
            throw problem(row, .date, "is no midnight in UTC: \"\(text.quotable(limit: 40))\"")
        case .some(.some(let day)):
            guard days.contains(day) else {
                throw problem(row, .date, "is outside the days asked for: \(day)")
            }
            return day
        }
    }

    private func problem(_ row: borrowing JSONRow, _ column: UsageColumn, _ text: String) -> RowProblem {
        RowProblem(row: row.ordinal, byteOffset: row.byteOffset, field: column.key, problem: text)
    }
}
