import FoundationEssentials
import Transport
import UsageDomain

/// Body of every query that groups, in the older family and in the newer one (contract, section 1.1): they differ in
/// the words of `groupBy` alone.
struct QueryBody: Encodable {
    let interval: String
    /// Absent: one total for the whole interval.
    let granularity: String?
    let metrics = ["Status200", "Status300", "Status400", "Status500", "Status429", "Requests"]
    let groupBy: [String]

    /// Rows of each day.
    static func daily<Grouping: RawRepresentable<String>>(_ window: Window, by grouping: [Grouping]) -> QueryBody {
        QueryBody(
            interval: Interval(window).description, granularity: "Day", groupBy: grouping.map(\.rawValue))
    }

    /// Rows of all days together.
    static func total<Grouping: RawRepresentable<String>>(_ window: Window, by grouping: [Grouping]) -> QueryBody {
        QueryBody(interval: Interval(window).description, granularity: nil, groupBy: grouping.map(\.rawValue))
    }
}

extension HTTPRequest {
    /// Longest answer to a submission, in bytes.
    static let submissionAnswerLimit = 1 << 20

    /// Submits a query. A second execution costs quota but does no harm (contract, section 2, "Idempotency").
    static func submitting(_ body: some Encodable, to url: String) throws -> HTTPRequest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return .post(
            url, body: Array(try encoder.encode(body)), contentType: "application/json", repetition: .costly,
            answerLimit: submissionAnswerLimit)
    }
}
