import FoundationEssentials

/// What was submitted to any of the usage endpoints, understood.
struct UsageQuery: Sendable {
    var question: World.Question
    /// The counters that were selected.
    var metrics: Set<Metric>
    /// The query is taken, and its execution fails.
    var isToFail = false

    /// The counters one can select.
    enum Metric: String, CaseIterable, Sendable {
        case status200 = "Status200"
        case status300 = "Status300"
        case status400 = "Status400"
        case status500 = "Status500"
        case status429 = "Status429"
        case requests = "Requests"

        func count(in counts: World.Counts) -> Int64 {
            switch self {
            case .status200: counts.status200
            case .status300: counts.status300
            case .status400: counts.status400
            case .status500: counts.status500
            case .status429: counts.status429
            case .requests: counts.requests
            }
        }
    }

    init(_ question: World.Question, metrics: Set<Metric> = Set(Metric.allCases)) {
        self.question = question
        self.metrics = metrics
    }

    /// Reads the body of `POST /api/v2/usage/query`, or of a client's, no more strictly than contract, section 1.1, declares:
    /// unknown fields are ignored.
    ///
    /// - Parameters:
    ///   - json: The body.
    ///   - subject: Whose usage is asked for; a client's query cannot be grouped by user.
    ///   - script: The knobs.
    /// - Throws: ``APIError`` with status 400.
    init(json: [UInt8], of subject: World.Question.Subject, script: Script) throws(APIError) {
        let body: Body = try UsageQuery.body(json)
        let days = try UsageQuery.days(body.interval, script)
        let groupings = World.Grouping.allCases.filter { subject == .organization || $0 != .user }
        let grouping = try UsageQuery.values(body.groupBy, "GroupBy", among: groupings, script)
        question = World.Question(
            of: subject,
            on: days,
            // Nothing asked for means by OAuth client (contract, section 3).
            by: grouping.isEmpty ? [.oauthClient] : Set(grouping.map(\.dimension)),
            granularity: try body.granularity.map { (text) throws(APIError) in
                try UsageQuery.value(text, "Granularity", script)
            }
        )
        question.weekStart = script.weekStart
        let metrics: [Metric] = try UsageQuery.values(body.metrics, "Metric", script)
        self.metrics = Set(metrics.isEmpty ? Metric.allCases : metrics)
    }

    private struct Body: Decodable {
        let interval: String
        let granularity: String?
        let metrics: [String]?
        let groupBy: [String]?
    }
}

// MARK: Parts of a body

extension UsageQuery {
    static func body<Body: Decodable>(_ json: [UInt8]) throws(APIError) -> Body {
        do {
            return try JSONDecoder().decode(Body.self, from: Data(json))
        } catch {
            throw .malformed("The request body is not a valid query: expected an object with the text “interval”.")
        }
    }

    static func days(_ interval: String, _ script: Script) throws(APIError) -> ClosedRange<World.Day>? {
        let read = Interval(
            interval,
            midnightEndIncludesDay: script.midnightEndIncludesDay,
            zonelessTimes: script.zonelessTimes
        )
        guard let read else { throw .invalidDate }
        return read.days
    }

    static func values<Value: RawRepresentable<String> & CaseIterable>(
        _ texts: [String]?,
        _ type: String,
        among allowed: [Value] = Array(Value.allCases),
        _ script: Script
    ) throws(APIError) -> [Value] {
        var values: [Value] = []
        for text in texts ?? [] {
            values.append(try value(text, type, among: allowed, script))
        }
        return values
    }

    static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String,
        _ type: String,
        among allowed: [Value] = Array(Value.allCases),
        _ script: Script
    ) throws(APIError) -> Value {
        let value = allowed.first { candidate in
            candidate.rawValue == text
                || (!script.enumerationsAreCaseSensitive && candidate.rawValue.lowercased() == text.lowercased())
        }
        guard let value else {
            throw .invalidValue(text, type: type, allowed: allowed.map(\.rawValue))
        }
        return value
    }
}
